import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';

const module = join(import.meta.dirname, 'run-command.ts');
/** A command that has something to put in order when it is interrupted, and leaves all as it is when it is again. */
const careful = `
  let count = 0;
  process.on('SIGINT', () => {
    if (count++ > 0) process.exit(9);
    setTimeout(() => (console.log('put in order'), process.exit(1)), 300);
  });
  setInterval(() => {}, 1_000);
  console.log('running');
`;
const program = `
  const { show } = await import(${JSON.stringify(module)});
  await show(process.execPath, ['-e', ${JSON.stringify(careful)}]).catch(({ message }) => console.log(message));
`;

function start() {
  // In a group of its own, as a terminal gives one to each command line.
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  const heard = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      said += chunk;
      if (said.includes('running')) resolve();
    });
  });
  return { child, heard, said: () => said };
}

for (const [what, interrupt] of [
  [
    'Ctrl-C, which npm passes on once more',
    (pid: number) => {
      process.kill(pid, 'SIGINT');
      process.kill(-pid, 'SIGINT');
    },
  ],
  ['SIGTERM to this process alone', (pid: number) => process.kill(pid, 'SIGTERM')],
] as const)
  test(`${what}: a command that is shown is interrupted once, and waited for`, async () => {
    const { child, heard, said } = start();
    await heard;
    interrupt(child.pid!);
    await once(child, 'close');
    assert.match(said(), /^running\nput in order\n\S+ -e was interrupted: .*\n$/);
  });
