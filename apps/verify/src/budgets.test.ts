import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Purpose } from '@berth/contracts/verify';
import { eventually } from '@berth/fixtures';
import { useVerify } from './fixtures/use-verify.ts';

const verify = useVerify({ CODES_PER_ADDRESS_HOUR: '3', CODES_PER_SOURCE_HOUR: '6', CODES_PER_MINUTE: '20' });
const paced = useVerify({ CODE_RESEND_SECONDS: '60' });
const away = useVerify({ CODES_PER_ADDRESS_HOUR: '3' });
const daily = useVerify({ CODES_PER_ADDRESS_HOUR: '100', CODES_PER_ADDRESS_DAY: '4' });
const brief = useVerify({}, { codes: { ttlMs: 2_000, attempts: 5 } });

const isLimited = (maxWaitMs: number) => (error: { code: string; retryAfterMs?: number }) => {
  assert.equal(error.code, 'rate_limited');
  assert.ok(error.retryAfterMs! > 0 && error.retryAfterMs! <= maxWaitMs, String(error.retryAfterMs));
  return true;
};
const hour = 3_600_000;

test('an address gets so many codes an hour, delivered or not, and a source that had none of it one more', async () => {
  await verify.store.redis.flushall();
  await verify.issue('a@example.org', { source: '192.0.2.1' });
  await verify.issue('a@example.org', { source: '192.0.2.2', deliver: false });
  const { resendAfterMs } = await verify.issue('A@example.org', { source: '192.0.2.3', hasAccount: true });
  assert.ok(resendAfterMs > hour - 60_000 && resendAfterMs <= hour, String(resendAfterMs));
  for (const source of ['192.0.2.1', '192.0.2.2', '192.0.2.3'])
    await assert.rejects(verify.issue('a@example.org', { source }), isLimited(hour));
  for (const source of ['192.0.2.4', '192.0.2.5', '192.0.2.6'])
    await verify.issue('a@example.org', { source });
  for (const source of ['192.0.2.4', '192.0.2.7'])
    await assert.rejects(verify.issue('a@example.org', { source }), isLimited(hour));
  await verify.issue('b@example.org', { source: '192.0.2.7' });
});

test('codes for registering and for a new password have budgets of their own', async () => {
  await verify.store.redis.flushall();
  for (let count = 1; count <= 3; count++) await verify.issue('c@example.org', { hasAccount: true });
  await assert.rejects(verify.issue('c@example.org', { hasAccount: true }), isLimited(hour));
  await verify.issue('c@example.org', { purpose: Purpose.PURPOSE_RESET });
});

test('a source gets so many, for whatever addresses; an IPv6 line counts as one', async () => {
  await verify.store.redis.flushall();
  for (let count = 1; count <= 6; count++)
    await verify.issue(`s${count}@example.org`, { source: `2001:db8::${count}` });
  await assert.rejects(verify.issue('s7@example.org', { source: '2001:db8::ffff' }), isLimited(hour));
  await verify.issue('s7@example.org', { source: '2001:db8:0:1::1' });
});

test('all together get so many a minute', async () => {
  await verify.store.redis.flushall();
  for (let count = 1; count <= 20; count++)
    await verify.issue(`g${count}@example.org`, { source: `192.0.2.${count}` });
  await assert.rejects(verify.issue('g21@example.org', { source: '192.0.2.21' }), isLimited(60_000));
});

test('fifty at once do not get past a budget', async () => {
  await verify.store.redis.flushall();
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, (_, index) =>
      verify.issue('burst@example.org', { source: `198.51.100.${index}` }),
    ),
  );
  assert.equal(results.filter((result) => result.status === 'fulfilled').length, 6, 'twice the budget');
});

test('a refused code uses no other budget', async () => {
  await verify.store.redis.flushall();
  for (let count = 1; count <= 3; count++) await verify.issue('full@example.org', { source: '192.0.2.9' });
  for (let count = 1; count <= 10; count++)
    await assert.rejects(verify.issue('full@example.org', { source: '192.0.2.9' }), isLimited(hour));
  for (let count = 1; count <= 3; count++)
    await verify.issue(`rest${count}@example.org`, { source: '192.0.2.9' });
});

test('with the mail server away a code is unavailable, for known and unknown alike, and no budget is used', async () => {
  await away.mail.stop();
  for (let count = 1; count <= 4; count++) {
    await assert.rejects(away.issue('away@example.org', { deliver: count % 2 === 0 }), {
      code: 'unavailable',
    });
  }
  const ready = await fetch(`${away.opsUrl}/readyz`);
  assert.equal(ready.status, 200, 'codes can still be redeemed');
  assert.deepEqual(Object.keys(((await ready.json()) as { failed: object }).failed), ['smtp']);
  await away.mail.restart();
  // It is looked for once in 10 s at most.
  await eventually('codes are mailed again', () => away.issue('away@example.org').then(() => true), 20_000);
  for (let count = 2; count <= 3; count++) await away.issue('away@example.org');
  await away.mail.codeFor('away@example.org');
});

test('a mail server that goes is noticed by the first mail, which is sent when it is back', async () => {
  await away.store.redis.flushall();
  await away.issue('before@example.org');
  await away.mail.mailTo('before@example.org');
  await away.mail.stop();
  await away.issue('lost@example.org');
  await eventually('it is noticed', () =>
    away.issue('late@example.org').then(
      () => away.store.redis.flushall().then(() => false),
      ({ code }) => code === 'unavailable',
    ),
  );
  await away.mail.restart();
  await eventually('codes are mailed again', () => away.issue('late@example.org').then(() => true), 20_000);
  await away.mail.codeFor('late@example.org');
});

test('a mail that the server refuses for good leaves no code, and counts', async () => {
  await verify.store.redis.flushall();
  verify.mail.refusal = { code: 550, message: 'no such mailbox' };
  for (let count = 1; count <= 3; count++) await verify.issue('refused@example.org');
  await eventually(
    'the code is gone',
    async () => (await verify.store.redis.keys('verify:code:*')).length === 0,
  );
  await assert.rejects(verify.issue('refused@example.org'), isLimited(hour));
  verify.mail.refusal = undefined;
});

test('a mail that the server puts off is tried for as long as the code lives', async () => {
  await verify.store.redis.flushall();
  const before = verify.mail.refused;
  verify.mail.refusal = { code: 451, message: 'come again' };
  await verify.issue('later@example.org');
  await eventually('it was put off, and again', () => verify.mail.refused >= before + 4, 40_000);
  verify.mail.refusal = undefined;
  const code = await verify.mail.codeFor('later@example.org');
  assert.equal(await verify.redeem('later@example.org', code), 'ok');
});

test('a mail that was put off to the last gives its budget back and leaves no code', async () => {
  brief.mail.refusal = { code: 451, message: 'come again' };
  await brief.issue('never@example.org');
  await eventually('it was given up', async () => (await brief.store.redis.keys('verify:*')).length === 0);
  assert.ok(brief.mail.refused >= 2);
  brief.mail.refusal = undefined;
});

test('who asks again does not wait for the next try, and is mailed once', async () => {
  await verify.store.redis.flushall();
  const before = verify.mail.refused;
  verify.mail.refusal = { code: 451, message: 'come again' };
  await verify.issue('hasty@example.org');
  await eventually('it was put off', () => verify.mail.refused > before);
  verify.mail.refusal = undefined;
  await verify.issue('hasty@example.org');
  await verify.mail.mailTo('hasty@example.org');
  await eventually('nothing is on its way', async () =>
    /^verify_mails_pending\{[^}]*\} 0$/m.test(await verify.metrics.registry.metrics()),
  );
  assert.equal(verify.mail.mails.filter(({ to }) => to.includes('hasty@example.org')).length, 1);
});

test('a code that is in a mailbox stays when it cannot be mailed again', async () => {
  await verify.store.redis.flushall();
  await verify.issue('kept@example.org');
  const code = await verify.mail.codeFor('kept@example.org');
  const before = verify.mail.refused;
  verify.mail.refusal = { code: 550, message: 'no such mailbox' };
  await verify.issue('kept@example.org');
  await eventually('it was refused', () => verify.mail.refused > before);
  await eventually('nothing is on its way', async () =>
    /^verify_mails_pending\{[^}]*\} 0$/m.test(await verify.metrics.registry.metrics()),
  );
  verify.mail.refusal = undefined;
  assert.equal(await verify.redeem('kept@example.org', code), 'ok');
});

test('ten codes one after another take one look at the mail server, not ten', async () => {
  await verify.store.redis.flushall();
  const before = verify.mail.connections;
  for (let count = 1; count <= 10; count++) {
    await verify.issue(`row${count}@example.org`, { source: `192.0.2.${count}` });
    await verify.mail.mailTo(`row${count}@example.org`);
  }
  assert.ok(verify.mail.connections - before <= 3, String(verify.mail.connections - before));
});

test('an address gets so many codes a day', async () => {
  const issue = (source: string) => daily.issue('day@example.org', { source });
  for (let count = 1; count <= 4; count++) await issue('192.0.2.1');
  await assert.rejects(issue('192.0.2.1'), isLimited(24 * hour));
  for (let count = 2; count <= 5; count++) await issue(`192.0.2.${count}`);
  await assert.rejects(issue('192.0.2.6'), isLimited(24 * hour));
  await daily.issue('day@example.org', { purpose: Purpose.PURPOSE_RESET });
});

test('between two codes for one address lies a pause, unless the first was used', async () => {
  await paced.store.redis.flushall();
  const { resendAfterMs } = await paced.issue('p@example.org');
  assert.equal(resendAfterMs, 60_000);
  await assert.rejects(paced.issue('p@example.org'), isLimited(60_000));
  await paced.issue('q@example.org');
  assert.equal(await paced.redeem('p@example.org', await paced.mail.codeFor('p@example.org')), 'ok');
  await paced.issue('p@example.org');
});

test('with Redis away codes are unavailable, and readiness says why', async () => {
  verify.store.server.signal('SIGSTOP');
  try {
    await assert.rejects(verify.issue('r@example.org'), { code: 'unavailable' });
    await assert.rejects(verify.redeem('r@example.org', '123456'), { code: 'unavailable' });
    const ready = await fetch(`${verify.opsUrl}/readyz`);
    assert.equal(ready.status, 503);
    assert.ok('redis' in ((await ready.json()) as { failed: object }).failed);
  } finally {
    verify.store.server.signal('SIGCONT');
  }
  await eventually('Redis answers again', () =>
    verify.issue('r@example.org').then(
      () => true,
      () => false,
    ),
  );
});
