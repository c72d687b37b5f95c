import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PartialResumes, type WholeResume } from './partial-resumes.ts';

const pairs = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => [from + index, 1] as [number, number]);

test('a resume in pieces comes together with its last one', () => {
  const resumes = new PartialResumes();
  const session = { user: 1 };
  assert.equal(resumes.add(session, pairs(0, 2), false, 0), undefined);
  assert.equal(resumes.add(session, [[1, 7]], false, 1), undefined);
  const whole = resumes.add(session, [[2, 3]], true, 2)!;
  assert.equal(resumes.size, 3, 'until it is answered');
  whole.answered();
  assert.deepEqual(
    [...whole.marks],
    [
      [0, 1],
      [1, 7],
      [2, 3],
    ],
  );
  assert.equal(resumes.size, 0);
  assert.deepEqual([...resumes.add(session, [[5, 5]], true, 3)!.marks], [[5, 5]], 'and the next begins anew');
});

test('more sessions give a user no more room', () => {
  const resumes = new PartialResumes({ maxOfUser: 10 });
  resumes.add({ user: 1 }, pairs(0, 6), false, 0);
  assert.throws(() => resumes.add({ user: 1 }, pairs(0, 6), false, 0), { code: 'limit_reached' });
  resumes.add({ user: 2 }, pairs(0, 6), false, 0);
  assert.equal(resumes.size, 12);
});

test('whole ones that are not answered count, too', () => {
  const resumes = new PartialResumes({ maxOfUser: 10, maxTotal: 15 });
  const first = resumes.add({ user: 1 }, pairs(0, 6), true, 0)!;
  assert.throws(() => resumes.add({ user: 1 }, pairs(0, 6), true, 0), { code: 'limit_reached' });
  const second = resumes.add({ user: 2 }, pairs(0, 8), true, 0)!;
  assert.throws(() => resumes.add({ user: 3 }, pairs(0, 6), true, 0), { code: 'unavailable' });
  assert.equal(resumes.size, 14);
  first.answered();
  second.answered();
  assert.equal(resumes.size, 0);
  assert.equal(resumes.add({ user: 3 }, pairs(0, 6), true, 0)!.marks.size, 6);
});

test('what does not come to its end in time, or whose session is over, is forgotten', () => {
  const resumes = new PartialResumes({ timeoutMs: 100 });
  const [slow, gone, other] = [{ user: 1 }, { user: 2 }, { user: 3 }];
  resumes.add(slow, pairs(0, 5), false, 0);
  resumes.add(gone, pairs(0, 5), false, 50);
  resumes.forget(gone);
  resumes.add(other, pairs(0, 1), false, 100);
  assert.equal(resumes.size, 1);
  assert.deepEqual([...resumes.add(slow, [[9, 9]], true, 101)!.marks], [[9, 9]]);
});

test('whatever comes, the process keeps no more than it may, and counts what it keeps', () => {
  const steps = fc.array(
    fc.record({
      session: fc.nat(5),
      count: fc.nat(8),
      from: fc.nat(20),
      isLast: fc.boolean(),
      isGone: fc.boolean(),
      stepMs: fc.nat(30),
    }),
  );
  fc.assert(
    fc.property(steps, (all) => {
      const resumes = new PartialResumes({ maxOfUser: 15, maxTotal: 20, timeoutMs: 100 });
      const sessions = Array.from({ length: 6 }, (_, index) => ({ user: index >> 1 }));
      const unanswered: WholeResume[] = [];
      let nowMs = 0;
      for (const { session, count, from, isLast, isGone, stepMs } of all) {
        nowMs += stepMs;
        const owner = sessions[session]!;
        if (isGone) resumes.forget(owner);
        try {
          const whole = resumes.add(owner, pairs(from, count), isLast, nowMs);
          if (whole !== undefined) unanswered.push(whole);
          if (count === 0) unanswered.shift()?.answered();
        } catch {}
        assert.ok(resumes.size >= 0 && resumes.size <= 20);
      }
      for (const owner of sessions) resumes.forget(owner);
      for (const whole of unanswered) whole.answered();
      assert.equal(resumes.size, 0);
    }),
  );
});
