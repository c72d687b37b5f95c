import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Placed, PlacementRequest } from '../registry/registry.ts';
import { PlacementQueue } from './placement-queue.ts';

/** A registry that answers when told to. */
class HeldRegistry {
  calls: { requests: readonly PlacementRequest[]; answer: () => void; fail: (error: Error) => void }[] = [];

  place(
    _order: 'least' | 'packed',
    requests: readonly PlacementRequest[],
  ): Promise<{ nowMs: number; placed: Placed[] }> {
    return new Promise((resolve, reject) => {
      const placed = requests.map(({ nonce }) => ({
        chosen: { name: nonce, bootEpoch: 1, expiresAtMs: 1, address: {} as never },
        skips: [],
      }));
      this.calls.push({ requests, answer: () => resolve({ nowMs: 1, placed }), fail: reject });
    });
  }
}

const wish = { userId: 1, deviceClass: 'web', zone: '', version: '', avoid: [] };
const requestOf = (user: number, nonce = `n${user}`): PlacementRequest => ({
  holder: `${user}.web`,
  nonce,
  wish,
});
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('what comes in one turn goes in one call, and each gets its own answer', async () => {
  const registry = new HeldRegistry();
  const queue = new PlacementQueue({ registry, order: 'least' });
  const places = [1, 2, 3].map((user) => queue.place(requestOf(user)));
  await turn();
  assert.equal(registry.calls.length, 1);
  registry.calls[0]!.answer();
  const names = (await Promise.all(places)).map(({ chosen }) => chosen!.name);
  assert.deepEqual(names, ['n1', 'n2', 'n3']);
});

test('two requests of one holder never go in one call', async () => {
  const registry = new HeldRegistry();
  const queue = new PlacementQueue({ registry, order: 'least' });
  void queue.place(requestOf(1, 'a'));
  void queue.place(requestOf(2, 'b'));
  void queue.place(requestOf(1, 'c'));
  await turn();
  assert.deepEqual(
    registry.calls.map(({ requests }) => requests.map(({ nonce }) => nonce)),
    [['a', 'b'], ['c']],
  );
});

test('batches and calls on their way are bounded; the rest waits in order', async () => {
  const registry = new HeldRegistry();
  const queue = new PlacementQueue({ registry, order: 'least', batchSize: 2, maxInFlight: 2 });
  const places = Array.from({ length: 7 }, (_, user) => queue.place(requestOf(user)));
  await turn();
  assert.deepEqual(
    registry.calls.map(({ requests }) => requests.length),
    [2, 2],
  );
  for (let call = 0; call < 4; call++) {
    registry.calls[call]!.answer();
    await turn();
  }
  assert.deepEqual(
    (await Promise.all(places)).map(({ chosen }) => chosen!.name),
    ['n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6'],
  );
});

test('more than may wait is refused at once', () => {
  const queue = new PlacementQueue({ registry: new HeldRegistry(), order: 'least', maxWaiting: 2 });
  void queue.place(requestOf(1));
  void queue.place(requestOf(2));
  assert.throws(() => queue.place(requestOf(3)), { code: 'no_berth', retryAfterMs: 1_000 });
});

test('a call that fails fails its own requests only', async () => {
  const registry = new HeldRegistry();
  const queue = new PlacementQueue({ registry, order: 'least', batchSize: 1 });
  const [first, second] = [queue.place(requestOf(1)), queue.place(requestOf(2))];
  await turn();
  registry.calls[0]!.fail(new Error('redis is away'));
  registry.calls[1]!.answer();
  await assert.rejects(first!, /redis is away/);
  assert.equal((await second!).chosen!.name, 'n2');
});
