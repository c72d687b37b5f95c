import process from 'node:process';
import { after } from 'node:test';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into the process of every test file: one whose tests are over and that lives on, because a test failed before
 * it let go of a server or forgot to, says what is still open and fails, instead of holding the run until its time is up. On a
 * busy machine a platform takes its time to stop, part after part.
 */
const graceMs = Number(process.env.TEST_END_GRACE_MS ?? 60_000);

// Not in what a test starts with the arguments of its own process.
if (isMainThread && process.argv[1]?.endsWith('.test.ts')) {
  after(() => {
    setTimeout(() => {
      console.error(
        `${process.argv[1]}: its tests are over and it does not end, open: ${process.getActiveResourcesInfo().join(', ')}`,
      );
      process.exit(1);
    }, graceMs).unref();
  });
}
