import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TcpProxy } from '@berth/fixtures';
import { createProbe } from '@berth/probe/app';
import { parseProbeConfig } from '@berth/probe/config';
import { createLog } from '@berth/telemetry';
import { seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';

const platform = usePlatform({ nodes: 2 });

/** Runs the probe; answers with the steps that it did. */
async function probe(environment: Record<string, string>): Promise<string[]> {
  const lines: { step?: string }[] = [];
  const log = createLog('probe', 'info', { write: (line) => void lines.push(JSON.parse(line)) });
  const app = createProbe(parseProbeConfig({ GATE_URL: platform.gateUrl, ...environment }), { log });
  try {
    await app.start();
  } finally {
    await app.close();
  }
  return lines.flatMap(({ step }) => step ?? []);
}

test('the probe logs an account in twice and each session hears the other, as often as it is run', async () => {
  const [person] = await seedPeople(platform, 1);
  const account = { PROBE_EMAIL: person!.email, PROBE_PASSWORD: person!.password };
  const steps = await probe(account);
  for (const step of [
    'connect over WebSocket',
    'echo from WebSocket to TCP',
    'echo from TCP to WebSocket',
    'log out',
  ])
    assert.ok(steps.includes(step), step);
  assert.deepEqual(await probe(account), steps);
  const left = await platform.db.rows('SELECT id FROM sessions WHERE user_id = ? AND ended_at IS NULL', [
    person!.id,
  ]);
  assert.equal(left.length, 0, 'it leaves no session behind');
});

test('the probe says which step failed', async () => {
  const account = { PROBE_EMAIL: 'nobody@example.org', PROBE_PASSWORD: 'not-the-password' };
  await assert.rejects(probe(account), /^Error: log in: /);
  const [person] = await seedPeople(platform, 1);
  const closed = { PROBE_EMAIL: person!.email, PROBE_PASSWORD: person!.password, TCP_ADDRESS: '127.0.0.1:1' };
  await assert.rejects(probe(closed), /^Error: hello over TCP: .*ECONNREFUSED/);
});

test('a connection that is lost before the hello is answered costs the probe another berth, and no more', async (t) => {
  const [person] = await seedPeople(platform, 1);
  const door = await new TcpProxy({ host: '127.0.0.1', port: platform.nodes[0]!.tcpPort }).start();
  t.after(() => door.close());
  const lost = door.next('token', 'request-lost');
  const account = { PROBE_EMAIL: person!.email, PROBE_PASSWORD: person!.password };
  const steps = await probe({ ...account, TCP_ADDRESS: `127.0.0.1:${door.port}` });
  await lost;
  assert.ok(steps.includes('echo from TCP to WebSocket'));
});
