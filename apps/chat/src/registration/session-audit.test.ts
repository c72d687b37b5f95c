import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { createLog } from '@berth/telemetry';
import { closeCodes } from '@berth/wire';
import { type Guest, useChatFleet } from '../chat-fleet.fixture.ts';
import type { LiveSession } from '../session/live-session.ts';
import { SessionAudit } from './session-audit.ts';

const fleet = useChatFleet(1, { SESSION_AUDIT_SECONDS: '0.2' });

/** As gate leaves a session in MySQL; `endedAt`: it has ended. */
const store = ({ user, session }: Guest, endedAt: number | null) =>
  fleet.mysql.db.run(
    `INSERT INTO sessions (user_id, id, generation, device_class, created_at, last_seen_at, expires_at, ended_at)
     VALUES (?, ?, 1, 'web', 1, 1, ?, ?)`,
    [user, Buffer.from(session, 'hex'), Date.now() + 60_000, endedAt],
  );

test('a session whose revocation never came is closed by the next audit, by name or by generation', async () => {
  const guests: Guest[] = [];
  // More than one lot.
  for (let index = 0; index < 103; index++) guests.push(await fleet.logIn('node-1', await fleet.user()));
  const [named, reset, live] = [guests[0]!, guests[101]!, guests[102]!];
  await store(live, null);
  await store(named, 1);
  assert.equal(await named.closed, closeCodes.sessionEnded.code);
  await fleet.mysql.db.run('UPDATE users SET generation = 2 WHERE id = ?', [reset.user]);
  assert.equal(await reset.closed, closeCodes.sessionEnded.code);
  for (const guest of guests.filter((other) => other !== named && other !== reset))
    assert.ok((await guest.ask('heartbeat', {})).now > 0);
  const metrics = await fetch(`http://127.0.0.1:${fleet.chat('node-1').ports.ops}/metrics`);
  assert.match(await metrics.text(), /chat_audited_sessions_ended_total\{[^}]*\} 2\n/);
  for (const guest of guests) guest.destroy();
});

test('an audit that fails is made again soon, and one that is wanted while another runs comes after it', async () => {
  const answers: (() => Promise<LiveSession[]>)[] = [
    () => Promise.reject(new Error('MySQL is away')),
    async () => {
      audit.soon();
      return [];
    },
    async () => [],
  ];
  let asked = 0;
  const audit = new SessionAudit({
    findEnded: () => (answers[asked++] ?? (async () => []))(),
    onAudited: () => {},
    log: createLog('chat', 'silent'),
    intervalMs: 3_600_000,
  });
  audit.start();
  audit.soon();
  await eventually('all three were asked for', () => asked === answers.length);
  await audit.close();
});
