import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { UndoOffers } from './undo-offers.ts';

function useOffers(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const offers = new UndoOffers();
  const happened: string[] = [];
  const begin = (name: string, commit: () => Promise<unknown> = async () => {}) =>
    offers.begin(
      {
        undo: () => void happened.push(`undo ${name}`),
        commit: () => {
          happened.push(`commit ${name}`);
          return commit();
        },
      },
      {
        onOver: () => void happened.push(`over ${name}`),
        onFailed: (error) => void happened.push(`failed ${name}: ${(error as Error).message}`),
      },
    );
  return { offers, happened, begin, pass: (ms: number) => t.mock.timers.tick(ms) };
}

/** Lets promises that are settled have their say. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what nobody undoes is done in earnest after five seconds, once', (t) => {
  const { offers, happened, begin, pass } = useOffers(t);
  const id = begin('leave');
  pass(4_999);
  assert.deepEqual(happened, []);
  pass(1);
  assert.deepEqual(happened, ['over leave', 'commit leave']);
  offers.undo(id);
  offers.settle(id);
  assert.equal(happened.length, 2, 'too late');
});

test('what is undone is never done, and the last one is undone first', (t) => {
  const { offers, happened, begin, pass } = useOffers(t);
  begin('one');
  begin('two');
  offers.undo();
  offers.undo();
  offers.undo();
  pass(60_000);
  assert.deepEqual(happened, ['over two', 'undo two', 'over one', 'undo one']);
});

test('an offer waits for who is about to decide, and a page that goes for none', (t) => {
  const { offers, happened, begin, pass } = useOffers(t);
  const held = begin('held');
  offers.hold(held, true);
  pass(60_000);
  assert.deepEqual(happened, []);
  offers.hold(held, false);
  pass(4_999);
  assert.deepEqual(happened, []);
  begin('other');
  offers.flush();
  assert.deepEqual(happened, ['over held', 'commit held', 'over other', 'commit other']);
});

test('what cannot be done shows again, and it is said why', async (t) => {
  const { happened, begin, pass } = useOffers(t);
  begin('leave', () => Promise.reject(new Error('away')));
  pass(5_000);
  await turn();
  assert.deepEqual(happened, ['over leave', 'commit leave', 'failed leave: away', 'undo leave']);
});
