import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { heldPart, searchCapacity } from './search.ts';

test('the number is below what breaks, close to it, even, and has held as often as asked', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 50_000 }),
      fc.integer({ min: 2, max: 2_000 }),
      fc.integer({ min: 1, max: 5 }),
      async (limit, first, confirm) => {
        const most = 40_000;
        const asked: number[] = [];
        const probe = async (level: number) => {
          asked.push(level);
          return { holds: level <= limit, reason: 'slow' };
        };
        const { level, held, broke } = await searchCapacity({ first, most, confirm, probe });
        assert.ok(level <= limit && level % 2 === 0 && level <= most);
        if (level > 0) {
          assert.equal(held, confirm + 1);
          assert.equal(asked.filter((asked) => asked === level).length, confirm + 1);
          if (broke)
            assert.ok(broke.level > limit && (broke.level / level <= 1.15 || broke.level - level <= 2));
          else assert.equal(level, most);
        } else assert.ok(broke && broke.level > limit && (broke.level <= 2 || broke.level <= first / 32));
        assert.ok(asked.length < 46);
      },
    ),
  );
});

test('a level that held once and does not again is backed off from', async () => {
  let runs = 0;
  const found = await searchCapacity({
    ...{ first: 100, most: 1_000, confirm: 2 },
    probe: async (level) => ({ holds: level <= 200 && !(level === 200 && ++runs > 1), reason: 'slow' }),
  });
  assert.ok(found.level < 200 && found.level >= 160, `${found.level}`);
  assert.deepEqual([found.held, found.broke], [3, { level: 200, reason: 'slow' }]);
});

test('how sure a number is follows from how often it held', () => {
  assert.deepEqual(
    [1, 4, 59].map((held) => heldPart(held).toFixed(2)),
    ['0.05', '0.47', '0.95'],
  );
});
