import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { test } from 'node:test';
import { CpuMeter, cpuSecondsOf, parseCpuSeconds } from './process-cpu.ts';

test('the CPU time of a process is user and system, its own and that of children that ended, whatever its name', () => {
  const stat = '4242 (a) b (c) S 1 4242 4242 0 -1 4194560 900 0 3 0 120 30 7 3 20 0 11 0 555 1000 200';
  assert.equal(parseCpuSeconds(stat), 1.6);
});

test('what the meter says of a process that works is what the process says of itself', async () => {
  const script = `process.on('message', () => {
    const before = process.cpuUsage();
    for (let usage; (usage = process.cpuUsage(before)).user + usage.system < 600_000; );
    const { user, system } = process.cpuUsage(before);
    process.send((user + system) / 1e6);
  })`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    const before = cpuSecondsOf(child.pid!);
    const startedAt = performance.now();
    const meter = new CpuMeter({ worker: [child.pid!], self: [process.pid] });
    child.send('work');
    const [worked] = (await once(child, 'message')) as [number];
    const cores = meter.stop();
    const seconds = (performance.now() - startedAt) / 1_000;
    // Start-up before the work, and two ticks of rounding.
    assert.ok(cores.worker! * seconds >= worked - 0.03, `${cores.worker! * seconds} of ${worked} s`);
    assert.ok(cores.worker! * seconds <= worked + 0.5, `${cores.worker! * seconds} of ${worked} s`);
    assert.ok(cpuSecondsOf(child.pid!) - before >= worked - 0.03);
    assert.ok(cores.self! < cores.worker!);
  } finally {
    child.kill();
  }
});

test('a process that is gone is told, not counted as idle', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  assert.throws(() => cpuSecondsOf(child.pid!), /ENOENT/);
});
