import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { SessionKeys } from '@berth/tokens';
import { useGate } from '../fixtures/use-gate.ts';

const limits = { address: 20, session: 10, account: 25 };
const gate = useGate({
  REQUESTS_PER_ADDRESS_MINUTE: String(limits.address),
  REQUESTS_PER_SESSION_MINUTE: String(limits.session),
  REQUESTS_PER_ACCOUNT_MINUTE: String(limits.account),
});
let place = 0;
const elsewhere = (): string => `198.51.100.${++place}`;

/** Accounts with so many sessions each, as log-ins leave them; their tokens. */
async function seedTokens(accounts: number, sessions = 1): Promise<string[]> {
  const keys = new SessionKeys(gate.keys);
  const expiresAt = Date.now() + 60_000;
  const tokens: string[] = [];
  for (let account = 0; account < accounts; account++) {
    const name = randomBytes(8).toString('hex');
    const { insertId: user } = await gate.mysql.db.run(
      'INSERT INTO users (email_key, name_key, name, nick, password_hash, created_at) VALUES (?, ?, ?, ?, ?, 1)',
      [`${name}@example.org`, name, name, name, 'x'],
    );
    for (let count = 0; count < sessions; count++) {
      const session = randomBytes(16).toString('hex');
      await gate.mysql.db.run(
        `INSERT INTO sessions (user_id, id, generation, device_class, created_at, last_seen_at, expires_at)
         VALUES (?, ?, 1, 'web', 1, 1, ?)`,
        [user, Buffer.from(session, 'hex'), expiresAt],
      );
      tokens.push(keys.sign({ user, session, deviceClass: 'web', generation: 1, expiresAt }));
    }
  }
  return tokens;
}

const berth = async (token: string, from: string): Promise<number> =>
  (await gate.ask('POST', '/v1/berths', {}, { token, from })).status;

test('hundreds behind one address get a berth each, while guesses from there are held off', async () => {
  const from = elsewhere();
  const tokens = await seedTokens(300);
  const answers = await Promise.all(
    tokens.map(async (token) => {
      // A slow machine answers that it is busy, and is asked again; that there were too many it never says.
      let status = 503;
      await eventually('an answer', async () => {
        status = await berth(token, from);
        return status !== 503;
      });
      return status;
    }),
  );
  assert.deepEqual(new Set(answers), new Set([200]));
  const guesses = await Promise.all(Array.from({ length: 60 }, () => berth('guessed', from)));
  assert.ok(guesses.filter((status) => status === 429).length >= 60 - limits.address - 5);
  assert.ok(guesses.includes(401));
  assert.equal(await berth(tokens[0]!, from), 200, 'and that is no matter of who has a session');
});

test('a session is held off by its own requests, and an account by those of all its sessions', async () => {
  const [own, ...others] = await seedTokens(1, 4);
  const own429 = (await Promise.all(Array.from({ length: 30 }, () => berth(own!, elsewhere())))).filter(
    (status) => status === 429,
  );
  assert.ok(own429.length >= 30 - limits.session - 5, 'from wherever they come');
  const all = await Promise.all(
    others.flatMap((token) => Array.from({ length: limits.session }, () => berth(token, elsewhere()))),
  );
  assert.ok(all.includes(200));
  assert.ok(all.includes(429), 'though none of them has had more than a session may');
});
