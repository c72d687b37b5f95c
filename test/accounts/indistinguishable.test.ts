import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { beforeAll, useMailServer, useMysql, useRedis } from '@berth/fixtures';
import { createGate, type Gate } from '@berth/gate/app';
import { parseGateConfig } from '@berth/gate/config';
import { createLog } from '@berth/telemetry';
import { createSessionKey } from '@berth/tokens';
import { createVerify, type Verify } from '@berth/verify/app';
import { parseVerifyConfig } from '@berth/verify/config';
import fc from 'fast-check';

/** Gate and verify together: whatever a stranger tries, an address with an account answers as one without. */
let verify: Verify | undefined;
let gate: Gate | undefined;
after(async () => {
  await gate?.close();
  await verify?.close();
});
const mysql = useMysql();
const store = useRedis();
const mail = useMailServer();
beforeAll(async () => {
  await Promise.all([mysql.ready, store.ready, mail.ready]);
  const log = createLog('test', 'silent');
  verify = createVerify(
    parseVerifyConfig({
      GRPC_HOST: '127.0.0.1',
      GRPC_PORT: '0',
      OPS_HOST: '127.0.0.1',
      OPS_PORT: '0',
      REDIS_URL: store.url,
      SMTP_URL: mail.url,
      CODE_SECRET: 'a secret of this test',
      CODE_RESEND_SECONDS: '0',
      CODES_PER_SOURCE_HOUR: '100000',
      CODES_PER_MINUTE: '100000',
    }),
    { log },
  );
  await verify.start();
  gate = createGate(
    parseGateConfig({
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      OPS_HOST: '127.0.0.1',
      OPS_PORT: '0',
      MYSQL_URL: mysql.url,
      REDIS_URL: store.url,
      VERIFY_ADDRESS: `127.0.0.1:${verify.ports.grpc}`,
      // Nobody listens there: a stranger never gets as far as a berth.
      STATUS_ADDRESS: '127.0.0.1:9',
      SESSION_KEYS: JSON.stringify({ keys: [createSessionKey()] }),
      REQUESTS_PER_ADDRESS_MINUTE: '1000000',
      LOGINS_PER_ACCOUNT_MINUTE: '1000000',
    }),
    { log },
  );
  await gate.start();
});

/** What came back, without what differs by the address itself or by the moment. */
async function ask(path: string, body: object, email: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${gate!.ports.http}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = (await response.text()).replaceAll(email, '<email>').replace(/(After?Ms":)\d+/gi, '$1<ms>');
  return `${path} ${response.status} ${text}`;
}

/** Everything that a stranger may try at an address without reading its mail. */
const tries = {
  codeToRegister: (email: string) => ask('/v1/codes', { email, purpose: 'register' }, email),
  codeToReset: (email: string) => ask('/v1/codes', { email, purpose: 'reset' }, email),
  oldCode: (email: string) => ask('/get_varifycode', { email }, email),
  register: (email: string) =>
    ask('/v1/users', { email, code: wrongCode, name: freshName(), password: 'Harbour-light-9' }, email),
  reset: (email: string) =>
    ask('/v1/passwords', { email, code: wrongCode, password: 'Harbour-light-9' }, email),
  logIn: (email: string) => ask('/v1/sessions', { email, password: 'not-the-password' }, email),
  oldRegister: (email: string) =>
    ask(
      '/user_register',
      { user: freshName(), email, passwd: 'Harbour-9', confirm: 'Harbour-9', varifycode: wrongCode },
      email,
    ),
  oldReset: (email: string) =>
    ask('/reset_pwd', { user: 'somebody', email, passwd: 'Harbour-9', varifycode: wrongCode }, email),
  oldLogIn: (email: string) => ask('/user_login', { email, passwd: 'Harbour-9' }, email),
};

/** Right once in a million tries; of those a run makes some hundred. */
const wrongCode = '314159';
const freshName = (): string => `n${randomBytes(6).toString('hex')}`;

async function createAccount(email: string): Promise<void> {
  await mysql.db.run(
    'INSERT INTO users (email_key, name_key, name, nick, password_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    [
      email,
      ...Array(3).fill(freshName()),
      `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
      1,
    ],
  );
}

/** What comes of the same tries at an address with an account and at one without. */
async function tryBoth(
  sequence: readonly (keyof typeof tries)[],
): Promise<[known: string[], other: string[]]> {
  const run = randomBytes(6).toString('hex');
  const [known, other] = [`known-${run}@example.org`, `other-${run}@example.org`];
  await createAccount(known);
  const tryAt = async (email: string) => {
    const transcript: string[] = [];
    for (const name of sequence) transcript.push(await tries[name](email));
    return transcript;
  };
  return Promise.all([tryAt(known), tryAt(other)]);
}

test('whatever is tried in whatever order, known and unknown addresses answer the same', async () => {
  const names = Object.keys(tries) as (keyof typeof tries)[];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 8 }),
      async (sequence) => {
        const transcripts = await tryBoth(sequence);
        assert.deepEqual(transcripts[0], transcripts[1]);
      },
    ),
    { numRuns: 8 },
  );
});

test('each single way of asking for a code, followed by every way of trying one, answers the same', async () => {
  // An attempt counts where the code would be good for it.
  const counted = { codeToRegister: 'register', codeToReset: 'reset', oldCode: 'register' } as const;
  for (const [issue, way] of Object.entries(counted) as [keyof typeof counted, 'register' | 'reset'][]) {
    const others = ['register', 'reset', 'oldRegister', 'oldReset'] as const;
    const transcripts = await tryBoth([issue, ...others, ...Array(4).fill(way)]);
    assert.deepEqual(transcripts[0], transcripts[1]);
    const attempts = transcripts[0].filter((line) => line.includes('code_wrong')).length;
    assert.ok(attempts >= 3, 'attempts are wrong at first');
    assert.match(transcripts[0].at(-1)!, /code_expired/, 'and at last find nothing left');
  }
});

test('only the mail tells: a code to register, a notice, a code for a new password, or nothing', async () => {
  await createAccount('mailed-known@example.org');
  for (const email of ['mailed-known@example.org', 'mailed-other@example.org']) {
    await tries.codeToRegister(email);
    await tries.codeToReset(email);
  }
  assert.match((await mail.mailTo('mailed-known@example.org', 2)).to[0]!, /known/);
  const subjects = (email: string) =>
    mail.mails.filter(({ to }) => to.includes(email)).map(({ subject }) => subject);
  const known = subjects('mailed-known@example.org').sort();
  assert.match(known[0]!, /^\d{6} is your Berth code$/);
  assert.equal(known[1], 'You already have a Berth account');
  await mail.codeFor('mailed-other@example.org');
  assert.equal(subjects('mailed-other@example.org').length, 1);
});
