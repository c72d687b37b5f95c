import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BerthError } from '@berth/wire';
import { FakeStatus } from './fixtures/fake-status.ts';
import { GrpcStatus } from './status-client.ts';

/** Gate's side of a status that is in its place, and that it is connected to. */
async function withStatus(
  run: (status: FakeStatus, place: (userId: number, avoid?: string[]) => Promise<string>) => Promise<void>,
  fake = new FakeStatus(),
): Promise<void> {
  await fake.start();
  const client = new GrpcStatus(fake.address, undefined, () => {});
  const place = async (userId: number, avoid: string[] = []) => {
    const request = { userId, deviceClass: 'web', sessionId: '0'.repeat(32), generation: 1, avoid };
    const { ticket } = await client.place(request);
    return ticket.replace(/\.\d+$/, '');
  };
  try {
    await client.reach(10_000);
    await run(fake, place);
  } finally {
    client.close();
    await fake.stop();
  }
}

test('places that are asked for in one turn are one call, and each has its own', async () => {
  await withStatus(async (status, place) => {
    assert.deepEqual(await Promise.all([place(7), place(8), place(9)]), [
      'chat-1.ticket-of-7',
      'chat-1.ticket-of-8',
      'chat-1.ticket-of-9',
    ]);
    assert.equal(await place(7), 'chat-1.ticket-of-7');
    assert.deepEqual(status.batches, [3]);
    assert.equal(status.asked, 4);
    const many = await Promise.all(Array.from({ length: 130 }, (_, at) => place(at + 1)));
    assert.equal(new Set(many).size, 130);
    assert.deepEqual(status.batches, [3, 128, 2]);
  });
});

test('one that is refused is refused alone, and told why', async () => {
  await withStatus(async (status, place) => {
    status.failsOnAvoid = true;
    status.failure = new BerthError('no_berth', undefined, { retryAfterMs: 1_234 });
    const [one, two, three] = await Promise.allSettled([place(1), place(2, ['chat-1']), place(3)]);
    assert.deepEqual([one!.status, two!.status, three!.status], ['fulfilled', 'rejected', 'fulfilled']);
    const { code, retryAfterMs } = (two as PromiseRejectedResult).reason as BerthError;
    assert.deepEqual({ code, retryAfterMs }, { code: 'no_berth', retryAfterMs: 1_234 });
    assert.deepEqual(status.batches, [3]);
  });
});

test('one that this replica has no place for is asked for elsewhere', async () => {
  await withStatus(async (status, place) => {
    status.failsOnAvoid = true;
    status.failure = new BerthError('unavailable');
    const refused = place(2, ['chat-1']);
    assert.equal(await place(1), 'chat-1.ticket-of-1');
    await assert.rejects(refused, { code: 'unavailable' });
    // Once with the other one, and then by itself as often as one that came alone.
    assert.equal(status.asked, 2 + 3);
  });
});

test('a status of the version before is asked one by one', async () => {
  const old = new FakeStatus();
  old.isOld = true;
  await withStatus(async (status, place) => {
    for (let round = 1; round <= 2; round++)
      assert.deepEqual(await Promise.all([place(7), place(8)]), ['chat-1.ticket-of-7', 'chat-1.ticket-of-8']);
    assert.deepEqual(status.batches, []);
    assert.equal(status.asked, 4);
  }, old);
});
