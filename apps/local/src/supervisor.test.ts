import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { ServerProcess } from '@berth/stores';
import { LocalError } from './local-error.ts';
import type { Part } from './part.ts';
import { Supervisor } from './supervisor.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-supervisor-'));
after(() => rmSync(folder, { recursive: true }));

/** A part that runs `script`, ready as soon as it says so. */
function shell(name: string, script: string): Part {
  const logFile = join(folder, `${name}.log`);
  return {
    name,
    logFile,
    async launch(signal) {
      const run = new ServerProcess('sh', ['-c', script], { logFile, signal });
      await run.ready(/ready/).catch((error: Error) => {
        throw new LocalError(`${name}: ${error.message.split('\n')[0]}`);
      });
      return run;
    },
  };
}

const lives = 'echo ready; exec sleep 600';

test('what is killed runs again, for as often as it is', async () => {
  const said: string[] = [];
  const supervisor = new Supervisor({ say: (line) => said.push(line), steadyMs: 0 });
  await supervisor.add(shell('gate', lives));
  for (let round = 1; round <= 5; round++) {
    process.kill(supervisor.pids.get('gate')!, 'SIGKILL');
    await eventually('it runs again', () => said.length === 2 * round);
  }
  assert.match(said[0]!, /^gate stopped by itself \(SIGKILL; log: .*gate\.log\); starting it again$/);
  assert.equal(said[9], `gate runs again (process ${supervisor.pids.get('gate')})`);
  await supervisor.stop(() => {});
});

test('one that never gets ready fails its start; one that always dies ends it in the end, others do not', async () => {
  const supervisor = new Supervisor({ say: () => {}, maxFailures: 3, maxBackoffMs: 1 });
  await assert.rejects(supervisor.add(shell('verify', 'exit 3')), { name: 'LocalError' });
  await supervisor.add(shell('gate', lives));
  await supervisor.add(shell('chat-1', 'echo ready; sleep 0.2; exit 3'));
  await assert.rejects(supervisor.died, {
    name: 'LocalError',
    message: /^chat-1 stopped by itself \(exit code 3; log: .*\), and again and again$/,
  });
  assert.deepEqual([...supervisor.pids.keys()], ['gate']);
  await supervisor.stop(() => {});
});

test('one that is being started when all is stopped is killed, and started no more', async () => {
  const supervisor = new Supervisor({ say: () => {} });
  const starting = supervisor.add(shell('mysql', 'exec sleep 600'));
  const order: string[] = [];
  await supervisor.add(shell('gate', lives));
  await Promise.all([assert.rejects(starting), supervisor.stop((name) => order.push(name))]);
  assert.deepEqual(order, ['gate', 'mysql']);
  assert.equal(supervisor.pids.size, 0);
  await assert.rejects(supervisor.add(shell('chat-1', lives)), /Berth is stopping/);
});

test('one that is removed stays away', async () => {
  const said: string[] = [];
  const supervisor = new Supervisor({ say: (line) => said.push(line) });
  await supervisor.add(shell('chat-1', lives));
  await supervisor.remove('chat-1');
  assert.deepEqual([said, supervisor.pids.size], [[], 0]);
});
