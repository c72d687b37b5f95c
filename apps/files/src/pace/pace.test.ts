import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Lane, Pace } from './pace.ts';

const piece = 65_536;

/** A machine on which a byte costs so much CPU, and on which time goes by when it is told to. */
function useMachine(share: number, msPerMegabyte = 2) {
  const machine = { now: 0, cpuMs: 0 };
  const pace = new Pace({ share, now: () => machine.now, cpuMs: () => machine.cpuMs });
  const pump = (lane: Lane) => {
    const pumped = { bytes: 0, isOver: false };
    const again = () =>
      lane.pass(piece, () => {
        pumped.bytes += piece;
        machine.cpuMs += (piece / 1_048_576) * msPerMegabyte;
        // As a socket and a disk, which do not answer at once.
        if (!pumped.isOver) queueMicrotask(again);
      });
    again();
    return pumped;
  };
  return { machine, pace, pump };
}

/** Lets so many milliseconds go by. */
async function run(
  { mock }: { mock: { timers: { tick(ms: number): void } } },
  machine: { now: number },
  ms: number,
): Promise<void> {
  for (const end = machine.now + ms; machine.now < end; ) {
    machine.now++;
    mock.timers.tick(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('one alone never waits', () => {
  const { pace } = useMachine(0.05);
  const lane = pace.enter();
  let passed = 0;
  for (let index = 0; index < 10_000; index++) lane.pass(piece, () => passed++);
  assert.equal(passed, 10_000);
});

test('several take their share of a core together, each as much as the others, whatever a byte costs', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  for (const cost of [0.5, 2, 20]) {
    const { machine, pace, pump } = useMachine(0.25, cost);
    const lanes = Array.from({ length: 10 }, () => pace.enter());
    const pumped = lanes.map(pump);
    await run(t, machine, 2_000);
    assert.ok(machine.cpuMs > 400 && machine.cpuMs < 520, `${machine.cpuMs} ms of 2 s at ${cost} ms/MB`);
    const bytes = pumped.map((one) => one.bytes);
    assert.ok(Math.max(...bytes) - Math.min(...bytes) <= piece, `${bytes}`);
    for (const one of pumped) one.isOver = true;
    for (const lane of lanes) lane.leave();
  }
});

test('what else the process does is held against them, but never keeps them from going on', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { machine, pace, pump } = useMachine(0.25);
  const pumped = [pace.enter(), pace.enter()].map(pump);
  const all = () => (pumped[0]!.bytes + pumped[1]!.bytes) / piece;
  await run(t, machine, 100);
  const before = all();
  for (let ms = 0; ms < 1_000; ms++) {
    machine.cpuMs += 1;
    await run(t, machine, 1);
  }
  const slow = all() - before;
  assert.ok(slow >= 90 && slow <= 110, `${slow} pieces in a second`);
  await run(t, machine, 500);
  const soon = all();
  await run(t, machine, 500);
  assert.ok(all() - soon > 500, `${all() - soon} pieces in half a second`);
});

test('who leaves lets go of what waits, and the last one waits for nobody', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { machine, pace } = useMachine(0.25);
  const [one, two] = [pace.enter(), pace.enter()];
  await run(t, machine, 5);
  machine.cpuMs += 1_000;
  const passed: string[] = [];
  one.pass(piece, () => passed.push('one'));
  two.pass(piece, () => passed.push('two'));
  await run(t, machine, 3);
  assert.deepEqual([passed, pace.waiting, pace.transfers], [[], 2, 2]);
  one.leave();
  assert.deepEqual([passed, pace.waiting, pace.transfers], [['one', 'two'], 0, 1]);
  one.pass(piece, () => passed.push('what was under way'));
  two.leave();
  two.leave();
  assert.deepEqual([passed.length, pace.transfers], [3, 0]);
});

test('the more there are, the less of each is read at a time', () => {
  const { pace } = useMachine(0.25);
  const sizes: number[] = [];
  for (let count = 0; count < 4_000; count++) {
    sizes.push(pace.pieceBytes);
    pace.enter();
  }
  assert.deepEqual([sizes[0], sizes.at(-1)], [524_288, 16_384]);
  const all = sizes.reduce((sum, bytes) => sum + bytes);
  assert.ok(all < 128 * 1_048_576, `${all}`);
});
