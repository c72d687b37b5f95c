import assert from 'node:assert/strict';
import { argon2Sync } from 'node:crypto';
import { test } from 'node:test';
import { Argon2Hasher } from './password-hasher.ts';

const createHasher = (options: { concurrency?: number; queue?: number } = {}) => {
  const seconds: number[] = [];
  const hasher = new Argon2Hasher({
    concurrency: 1,
    queue: 10,
    ...options,
    onHash: (took) => seconds.push(took),
  });
  return { hasher, seconds };
};

test('a hash is an argon2id PHC string of 19 MiB, two passes and one lane, and any other program agrees', async () => {
  const { hasher } = createHasher();
  const phc = await hasher.hash('Harbour-light-9');
  const match = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$([\w+/]{22})\$([\w+/]{43})$/.exec(phc);
  assert.ok(match, phc);
  const tag = argon2Sync('argon2id', {
    message: 'Harbour-light-9',
    nonce: Buffer.from(match[1]!, 'base64'),
    ...{ memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 },
  });
  assert.equal(tag.toString('base64').replace(/=+$/, ''), match[2]);
});

test('the right password verifies, any other does not; two hashes of one are different', async () => {
  const { hasher } = createHasher();
  const [one, two] = [await hasher.hash('Grüße-8-é'), await hasher.hash('Grüße-8-é')];
  assert.notEqual(one, two);
  assert.equal(await hasher.verify('Grüße-8-é', one), true);
  assert.equal(await hasher.verify('Grüße-8-é'.normalize('NFD'), one), true, 'typed on another keyboard');
  assert.equal(await hasher.verify('Grüße-8-e', one), false);
  assert.equal(await hasher.verify('', one), false);
});

test('without a stored hash the answer is no, at the price of one hash', async () => {
  const { hasher, seconds } = createHasher();
  assert.equal(await hasher.verify('whatever', undefined), false);
  assert.equal(seconds.length, 1);
});

test('beyond the queue a hash is refused at once, with a delay to come again', async () => {
  const { hasher, seconds } = createHasher({ concurrency: 1, queue: 2 });
  const results = await Promise.allSettled(
    [1, 2, 3, 4, 5].map((number) => hasher.hash(`password-${number}`)),
  );
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'],
  );
  for (const result of results.slice(3)) {
    const { code, retryAfterMs } = (result as PromiseRejectedResult).reason;
    assert.equal(code, 'unavailable');
    assert.ok(retryAfterMs > 0);
  }
  assert.equal(seconds.length, 3);
  assert.equal(hasher.running + hasher.waiting, 0);
});

test('what is no hash of ours is a fault, not a wrong password', async () => {
  const { hasher } = createHasher();
  for (const stored of ['', 'plain text', '$2b$10$abcdefghijklmnopqrstuv']) {
    await assert.rejects(hasher.verify('x', stored), /PHC/);
  }
});
