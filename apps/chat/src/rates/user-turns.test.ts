import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { UserTurns } from './user-turns.ts';

/** Tasks that end when the test says so, and the order in which they began. */
function createTasks(turns: UserTurns) {
  const began: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    began,
    run: (user: number, name: string) =>
      turns.run(user, async () => {
        began.push(name);
        await new Promise<void>((resolve) => ends.set(name, resolve));
        return name;
      }),
    async end(name: string) {
      ends.get(name)!();
      await turn();
    },
  };
}

test('users take turns, however many tasks one of them has', async () => {
  const turns = new UserTurns({ parallel: 2 });
  const { began, run, end } = createTasks(turns);
  const all = [run(1, 'a1'), run(1, 'a2'), run(1, 'a3'), run(2, 'b1'), run(3, 'c1'), run(2, 'b2')];
  await turn();
  assert.deepEqual(began, ['a1', 'b1']);
  await end('b1');
  assert.deepEqual(began, ['a1', 'b1', 'c1'], 'a1 is not over');
  await end('a1');
  await end('c1');
  assert.deepEqual(began.slice(3), ['b2', 'a2']);
  for (const name of ['b2', 'a2', 'a3']) await end(name);
  assert.deepEqual((await Promise.all(all)).sort(), ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']);
  assert.equal(turns.waiting, 0);
});

test('of one user, and of all, no more wait than may', async () => {
  const turns = new UserTurns({ parallel: 1, maxOfUser: 3, maxWaiting: 4 });
  const { run, end } = createTasks(turns);
  const refused = { code: 'unavailable' };
  const kept = [run(1, 'a1'), run(1, 'a2'), run(1, 'a3')];
  await turn();
  await assert.rejects(run(1, 'a4'), refused);
  kept.push(run(2, 'b1'), run(3, 'c1'));
  await assert.rejects(run(4, 'd1'), refused);
  assert.equal(turns.waiting, 4);
  for (const name of ['a1', 'b1', 'c1', 'a2', 'a3']) await end(name);
  await Promise.all(kept);
  assert.equal(turns.waiting, 0);
});

test('who waited too long is refused when its turn comes, and a task that fails ends its turn', async () => {
  const turns = new UserTurns({ parallel: 1, maxWaitMs: -1 });
  const first = turns.run(1, async () => {
    await turn();
    throw new Error('failed');
  });
  const late = turns.run(2, async () => 'late');
  await assert.rejects(first, /failed/);
  await assert.rejects(late, { code: 'unavailable' });
  assert.equal(await turns.run(2, async () => 'in time'), 'in time');
});
