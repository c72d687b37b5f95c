import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { test } from 'node:test';
import { measureNames } from '../options.ts';
import { measureGrpc } from '../peers/measure-grpc.ts';
import { coresDuring } from './exact-cpu.ts';
import { renderFigures } from './figures.ts';
import { measures } from './measure-targets.ts';

test('a target is met or not by the median of its rounds, whose spread stands beside it', () => {
  const bound = { value: 0.8, better: 'less' as const };
  const text = renderFigures([
    {
      figures: [
        { target: 'P9', name: 'CPU', unit: 'ms', bound, read: ({ cpu }) => cpu! },
        { target: '', name: 'told', unit: '', read: ({ told }) => told! },
      ],
      rounds: [
        { cpu: 2, told: 1 },
        { cpu: 0.7, told: 1 },
        { cpu: 0.9, told: 1 },
      ],
    },
    {
      figures: [
        {
          target: 'P11',
          name: 'rate',
          unit: '×',
          bound: { value: 0.95, better: 'more' },
          read: ({ rate }) => rate!,
        },
      ],
      rounds: [{ rate: 0.96 }],
    },
  ]);
  assert.match(text, /^\| P9 \| CPU \| 0\.9 ms \| 0\.7 to 2 \| ≤ 0\.8: not met \|$/m);
  assert.match(text, /^\| {2}\| told \| 1 \| 1 to 1 \| {2}\|$/m);
  assert.match(text, /^\| P11 \| rate \| 0\.96 × \| 0\.96 to 0\.96 \| ≥ 0\.95: met \|$/m);
});

test('the measures are those that the command line knows', () => {
  assert.deepEqual(
    measures.map(({ name }) => name),
    measureNames,
  );
});

/** Says that it is up; then, when told to, that it has waited for 50 timers, or that it has used 300 ms of CPU. */
const worker = `
  process.on('message', (what) => {
    const tell = () => process.send(what);
    if (what === 'work') {
      const { user, system } = process.cpuUsage();
      for (let used = 0; used < 300_000; ) {
        const now = process.cpuUsage();
        used = now.user + now.system - user - system;
      }
      tell();
    } else {
      let left = 50;
      const timer = setInterval(() => --left === 0 && (clearInterval(timer), tell()), 10);
    }
  });
  process.send('up');`;

test('the CPU of a process that does next to nothing is not zero, and that of one that works is most of a core', async () => {
  const child = spawn(process.execPath, ['-e', worker], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const during = (what: 'wait' | 'work') =>
    coresDuring([child.pid!], () => {
      child.send(what);
      return once(child, 'message');
    });
  try {
    await once(child, 'message');
    const idle = await during('wait');
    assert.ok(idle > 0 && idle < 0.5, String(idle));
    assert.ok((await during('work')) > idle);
  } finally {
    child.kill('SIGKILL');
  }
});

test('grpc-js is measured between two processes: a message in a batch costs less than a call', async () => {
  const [unary, streamed] = [await measureGrpc('unary', 0.5), await measureGrpc('stream', 0.5)];
  assert.ok(unary.perSecond > 0 && unary.cpuUs > 2 * streamed.cpuUs);
});
