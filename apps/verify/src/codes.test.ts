import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Purpose } from '@berth/contracts/verify';
import { CodeHashes, createNonce } from './code.ts';
import { useVerify } from './fixtures/use-verify.ts';

const verify = useVerify({ CODES_PER_SOURCE_HOUR: '1000' });

/** A code that is surely not the one given. */
const otherThan = (code: string): string => (code === '000000' ? '000001' : '000000');

test('a code is mailed, and redeemed once', async () => {
  const { expiresInMs } = await verify.issue('Ann@Example.org');
  assert.equal(expiresInMs, 600_000);
  const code = await verify.mail.codeFor('ann@example.org');
  assert.equal(await verify.redeem('ann@example.ORG', code), 'ok');
  assert.equal(await verify.redeem('ann@example.org', code), 'expired');
});

test('of fifty who redeem the same code at once one succeeds', async () => {
  await verify.issue('many@example.org');
  const code = await verify.mail.codeFor('many@example.org');
  const results = await Promise.all(
    Array.from({ length: 50 }, () => verify.redeem('many@example.org', code)),
  );
  assert.equal(results.filter((result) => result === 'ok').length, 1);
  assert.equal(results.filter((result) => result === 'expired').length, 49);
});

test('four wrong attempts are forgiven, the fifth ends the code', async () => {
  await verify.issue('four@example.org');
  const code = await verify.mail.codeFor('four@example.org');
  for (let attempt = 1; attempt <= 4; attempt++)
    assert.equal(await verify.redeem('four@example.org', otherThan(code)), 'wrong');
  assert.equal(await verify.redeem('four@example.org', code), 'ok');

  await verify.issue('five@example.org');
  const lost = await verify.mail.codeFor('five@example.org');
  for (let attempt = 1; attempt <= 5; attempt++)
    assert.equal(await verify.redeem('five@example.org', otherThan(lost)), 'wrong');
  assert.equal(await verify.redeem('five@example.org', lost), 'expired');
});

test('of fifty wrong guesses at once five count, and the code is gone', async () => {
  await verify.issue('guess@example.org');
  const code = await verify.mail.codeFor('guess@example.org');
  const results = await Promise.all(
    Array.from({ length: 50 }, () => verify.redeem('guess@example.org', otherThan(code))),
  );
  assert.equal(results.filter((result) => result === 'wrong').length, 5);
  assert.equal(await verify.redeem('guess@example.org', code), 'expired');
});

test('guesses from elsewhere end with the fifth, and leave the one who asked their own five', async () => {
  await verify.issue('victim@example.org', { source: '198.51.100.7' });
  const code = await verify.mail.codeFor('victim@example.org');
  const guess = (text: string, source: string) =>
    verify.redeem('victim@example.org', text, Purpose.PURPOSE_REGISTER, source);
  for (let attempt = 1; attempt <= 5; attempt++)
    assert.equal(await guess(otherThan(code), `203.0.113.${attempt}`), 'wrong');
  for (let attempt = 6; attempt <= 20; attempt++)
    assert.equal(await guess(otherThan(code), `203.0.113.${attempt}`), 'expired');
  assert.equal(await guess(code, '203.0.113.1'), 'expired', 'not even the right one');
  for (let attempt = 1; attempt <= 4; attempt++)
    assert.equal(await guess(otherThan(code), '198.51.100.7'), 'wrong');
  assert.equal(await guess(code, '198.51.100.7'), 'ok');
});

test('who asks to register an address that has an account does not void its code for a new password', async () => {
  await verify.issue('owner@example.org', { purpose: Purpose.PURPOSE_RESET });
  const code = await verify.mail.codeFor('owner@example.org');
  for (let count = 1; count <= 5; count++)
    await verify.issue('owner@example.org', { hasAccount: true, source: '203.0.113.9' });
  for (let attempt = 1; attempt <= 20; attempt++) await verify.redeem('owner@example.org', otherThan(code));
  assert.equal(await verify.redeem('owner@example.org', code, Purpose.PURPOSE_RESET), 'ok');
  await verify.issue('owner@example.org', { purpose: Purpose.PURPOSE_RESET });
});

test('asked for again, the same code is mailed again, and lives for its whole time', async () => {
  await verify.issue('again@example.org');
  const first = await verify.mail.codeFor('again@example.org', 1);
  for (const key of await verify.store.redis.keys('verify:code:*'))
    await verify.store.redis.pexpire(key, 60_000);
  const { expiresInMs } = await verify.issue('again@example.org');
  assert.equal(await verify.mail.codeFor('again@example.org', 2), first);
  assert.equal(expiresInMs, 600_000);
  const lives = await Promise.all(
    (await verify.store.redis.keys('verify:code:*')).map((key) => verify.store.redis.pttl(key)),
  );
  assert.ok(Math.max(...lives) > 60_000);
  assert.equal(await verify.redeem('again@example.org', first), 'ok');
  await verify.issue('again@example.org');
  assert.notEqual(await verify.mail.codeFor('again@example.org', 3), first, 'a used one is not mailed again');
});

test('mailed again its attempts stay counted; when they are used up who asks is mailed another', async () => {
  await verify.issue('counted@example.org');
  const code = await verify.mail.codeFor('counted@example.org', 1);
  for (let attempt = 1; attempt <= 3; attempt++) await verify.redeem('counted@example.org', otherThan(code));
  await verify.issue('counted@example.org');
  assert.equal(await verify.mail.codeFor('counted@example.org', 2), code);
  for (let attempt = 4; attempt <= 5; attempt++)
    assert.equal(await verify.redeem('counted@example.org', otherThan(code)), 'wrong');
  assert.equal(await verify.redeem('counted@example.org', code), 'expired');
  await verify.issue('counted@example.org');
  const another = await verify.mail.codeFor('counted@example.org', 3);
  assert.equal(await verify.redeem('counted@example.org', another), 'ok');
});

test('who asks for it from elsewhere is mailed the same code, with attempts of their own', async () => {
  await verify.issue('two@example.org', { source: '198.51.100.1' });
  const code = await verify.mail.codeFor('two@example.org', 1);
  for (let attempt = 1; attempt <= 5; attempt++)
    await verify.redeem('two@example.org', otherThan(code), Purpose.PURPOSE_REGISTER, `203.0.113.${attempt}`);
  await verify.issue('two@example.org', { source: '198.51.100.2' });
  assert.equal(await verify.mail.codeFor('two@example.org', 2), code);
  const redeem = (source: string) => verify.redeem('two@example.org', code, Purpose.PURPOSE_REGISTER, source);
  assert.equal(await redeem('203.0.113.1'), 'expired');
  assert.equal(await redeem('198.51.100.2'), 'ok');
});

test('a right code that is only looked at stays; a wrong one is an attempt', async () => {
  await verify.issue('looked@example.org');
  const code = await verify.mail.codeFor('looked@example.org');
  assert.equal(await verify.check('looked@example.org', code), 'ok');
  for (let attempt = 1; attempt <= 4; attempt++)
    assert.equal(await verify.check('looked@example.org', otherThan(code)), 'wrong');
  assert.equal(await verify.check('looked@example.org', code), 'ok');
  assert.equal(await verify.redeem('looked@example.org', code), 'ok');
  assert.equal(await verify.check('looked@example.org', code), 'expired');
});

test('a code lives ten minutes', async () => {
  await verify.issue('late@example.org');
  const code = await verify.mail.codeFor('late@example.org');
  const keys = await verify.store.redis.keys('verify:code:*');
  const lives = await Promise.all(keys.map((key) => verify.store.redis.pttl(key)));
  assert.ok(Math.max(...lives) <= 600_000 && Math.min(...lives) > 0, String(lives));
  for (const key of keys) await verify.store.redis.pexpire(key, 0);
  assert.equal(await verify.redeem('late@example.org', code), 'expired');
});

test('a code is good for its purpose only, unless it was issued for either', async () => {
  await verify.issue('reset@example.org', { purpose: Purpose.PURPOSE_RESET });
  const reset = await verify.mail.codeFor('reset@example.org');
  assert.equal(await verify.redeem('reset@example.org', reset, Purpose.PURPOSE_REGISTER), 'expired');
  assert.equal(await verify.redeem('reset@example.org', reset, Purpose.PURPOSE_RESET), 'ok');

  for (const [index, purpose] of [Purpose.PURPOSE_REGISTER, Purpose.PURPOSE_RESET].entries()) {
    await verify.issue('either@example.org', { purpose: Purpose.PURPOSE_ANY });
    const code = await verify.mail.codeFor('either@example.org', index + 1);
    assert.equal(await verify.redeem('either@example.org', code, purpose), 'ok');
  }
});

test('there is no universal code', async () => {
  for (const code of ['', '0', '000000', '123456', '888888', '999999', 'undefined', 'null']) {
    assert.equal(await verify.redeem('nobody@example.org', code), 'expired');
  }
});

test('an address that is mailed nothing answers as one that is, and its code can be had by nobody', async () => {
  const told = await verify.issue('known@example.org', { purpose: Purpose.PURPOSE_RESET });
  const untold = await verify.issue('unknown@example.org', {
    purpose: Purpose.PURPOSE_RESET,
    deliver: false,
  });
  assert.deepEqual(untold, told);
  await verify.mail.mailTo('known@example.org');
  for (const email of ['known@example.org', 'unknown@example.org']) {
    for (let attempt = 1; attempt <= 5; attempt++)
      assert.equal(await verify.redeem(email, '12345', Purpose.PURPOSE_RESET), 'wrong', email);
    assert.equal(await verify.redeem(email, '12345', Purpose.PURPOSE_RESET), 'expired', email);
  }
  assert.equal(verify.mail.mails.filter((mail) => mail.to.includes('unknown@example.org')).length, 0);
});

test('an address with an account that is registered again is told so, without a code', async () => {
  const answer = await verify.issue('member@example.org', { hasAccount: true });
  assert.deepEqual(answer, await verify.issue('stranger@example.org'));
  const mail = await verify.mail.mailTo('member@example.org');
  assert.match(mail.subject, /already have/);
  assert.doesNotMatch(`${mail.subject}${mail.text}${mail.html}`, /\d{6}/);
  assert.equal(await verify.redeem('member@example.org', '000000'), 'wrong');
});

test('the mail says the code in subject, text and HTML, in the language asked for', async () => {
  await verify.issue('en@example.org', { locale: 'fr-FR' });
  await verify.issue('zh@example.org', { locale: 'zh-CN' });
  for (const [address, language, word] of [
    ['en@example.org', 'en', /Enter this code/],
    ['zh@example.org', 'zh', /验证码/],
  ] as const) {
    const mail = await verify.mail.mailTo(address);
    const code = await verify.mail.codeFor(address);
    for (const part of [mail.subject, mail.text, mail.html]) assert.ok(part.includes(code), part);
    assert.match(mail.text, word);
    assert.match(mail.html, word);
    assert.match(mail.html, new RegExp(`lang="${language}"`));
  }
});

test('codes are never stored or logged as they are', async () => {
  await verify.issue('hidden@example.org');
  const code = await verify.mail.codeFor('hidden@example.org');
  const { redis } = verify.store;
  for (const key of await redis.keys('*')) {
    assert.ok(!key.includes('hidden@example.org') && !key.includes(code), key);
    if ((await redis.type(key)) === 'hash')
      assert.ok(!Object.values(await redis.hgetall(key)).includes(code), key);
  }
  await verify.redeem('hidden@example.org', code);
  const log = verify.lines.join('');
  assert.ok(!log.includes(code) && !log.includes('hidden@example.org'));
});

test('what is no address, purpose or code is refused by name', async () => {
  const refused = (message: RegExp) => ({ code: 'bad_request', message });
  for (const email of ['', 'ann', 'a@b', 'a b@example.org', 'a@example.org\r\nBcc: x@example.org'])
    await assert.rejects(verify.issue(email), refused(/email/), email);
  await assert.rejects(verify.issue(`${'a'.repeat(250)}@example.org`), refused(/email/));
  await assert.rejects(verify.issue('a@example.org', { purpose: 0 }), refused(/purpose/));
  await assert.rejects(verify.redeem('a@example.org', '123456', Purpose.PURPOSE_ANY), refused(/purpose/));
  await assert.rejects(verify.redeem('a@example.org', '1'.repeat(65)), refused(/code/));
});

test('codes are six digits, spread over the whole million', () => {
  const hashes = new CodeHashes('a secret of this test');
  const codes = Array.from({ length: 20_000 }, () => hashes.codeOf('a@example.org', createNonce()));
  assert.ok(codes.every((code) => /^\d{6}$/.test(code)));
  for (let place = 0; place < 6; place++) {
    const counts = new Map<string, number>();
    for (const code of codes) counts.set(code[place]!, (counts.get(code[place]!) ?? 0) + 1);
    // Expected 2,000 each, standard deviation 42: eight of them away would be a fault.
    for (const count of counts.values()) assert.ok(Math.abs(count - 2_000) < 340, `${place}: ${count}`);
    assert.equal(counts.size, 10);
  }
});
