import process from 'node:process';
import { runLocal } from './app.ts';
import { readConfig, usage } from './config.ts';
import { LocalError } from './local-error.ts';
import { systemReason } from './system-errors.ts';

/** npm passes a terminal's Ctrl-C on, which the terminal has sent to everyone already: the same one comes twice. */
const sameSignalMs = 300;

const force = new AbortController();
const interrupted = new Promise<void>((resolve) => {
  let first: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (first === undefined) {
        first = performance.now();
        resolve();
      } else if (performance.now() - first > sameSignalMs) {
        console.error('berth: killed');
        force.abort();
        process.exit(130);
      }
    });
  }
});

// A terminal that is closed takes no more lines; what runs is still to be stopped in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  const config = readConfig(process.argv.slice(2), process.env);
  if (config === 'help') console.log(usage);
  else await runLocal(config, process.stdout, { interrupted, force: force.signal });
} catch (error) {
  const reason = error instanceof LocalError ? error.message : systemReason(error);
  if (reason === undefined) throw error;
  console.error(`berth: ${reason}`);
  for (const line of error instanceof LocalError ? error.logLines : []) console.error(`  ${line}`);
  process.exitCode = 1;
}
process.exit();
