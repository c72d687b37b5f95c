import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { TimingWheel, type WheelEntry } from './timing-wheel.ts';

const tickMs = 10;
const maxDelayMs = 500;

class Entry implements WheelEntry {
  wheelSlot = -1;
  wheelIndex = 0;
  dueMs = Number.POSITIVE_INFINITY;
}

test('an entry falls due once, never early, and at most a tick after its time', () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('schedule' as const),
      entry: fc.nat(19),
      delayMs: fc.integer({ min: 0, max: maxDelayMs }),
    }),
    fc.record({ kind: fc.constant('cancel' as const), entry: fc.nat(19) }),
    fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 120 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const fired: Entry[] = [];
      const wheel = new TimingWheel<Entry>({
        tickMs,
        maxDelayMs,
        maxGapMs: 1_000,
        onDue: (entry) => fired.push(entry),
      });
      const entries = Array.from({ length: 20 }, () => new Entry());
      let real = 0;
      wheel.advance(real);
      for (const step of steps) {
        if (step.kind === 'schedule') {
          const entry = entries[step.entry]!;
          wheel.schedule(entry, step.delayMs);
          entry.dueMs = wheel.nowMs + step.delayMs;
        } else if (step.kind === 'cancel') {
          const entry = entries[step.entry]!;
          wheel.cancel(entry);
          entry.dueMs = Number.POSITIVE_INFINITY;
        } else {
          real += step.ms;
          wheel.advance(real);
          for (const entry of fired.splice(0)) {
            assert.ok(entry.dueMs <= wheel.nowMs, 'not early, and not after it was cancelled');
            entry.dueMs = Number.POSITIVE_INFINITY;
          }
          for (const entry of entries)
            assert.ok(entry.dueMs + tickMs >= wheel.nowMs, 'not later than a tick after its time');
        }
        assert.equal(
          wheel.entries().length,
          entries.filter(({ dueMs }) => dueMs < Number.POSITIVE_INFINITY).length,
        );
      }
    }),
  );
});

test('a stall of the process counts as a short while, so that nobody dies of it', () => {
  const fired: Entry[] = [];
  const wheel = new TimingWheel<Entry>({
    tickMs,
    maxDelayMs,
    maxGapMs: 40,
    onDue: (entry) => fired.push(entry),
  });
  wheel.advance(0);
  wheel.schedule(new Entry(), 100);
  wheel.advance(60_000);
  assert.equal(wheel.nowMs, 40);
  assert.equal(fired.length, 0);
});

test('an entry may schedule itself again, and others, while it falls due', () => {
  const due: string[] = [];
  const wheel: TimingWheel<Entry & { name: string }> = new TimingWheel({
    tickMs,
    maxDelayMs,
    maxGapMs: 1_000,
    onDue: (entry) => {
      due.push(entry.name);
      if (entry.name === 'a' && due.length < 3) wheel.schedule(entry, 20);
    },
  });
  wheel.advance(0);
  const [a, b] = ['a', 'b'].map((name) => Object.assign(new Entry(), { name }));
  wheel.schedule(a!, 10);
  wheel.schedule(b!, 10);
  for (let ms = 10; ms <= 100; ms += 10) wheel.advance(ms);
  assert.deepEqual(due, ['a', 'b', 'a']);
});
