import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { createRedis } from '@berth/redis';
import { type Person, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { RawSession } from '../harness/raw-session.ts';

const platform = usePlatform({
  nodes: 2,
  proxied: ['status'],
  environment: { verify: { CODE_RESEND_SECONDS: '0' } },
});

const post = (path: string, body: object) =>
  fetch(`${platform.gateUrl}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** What voids the other device's session, and the answer that says so. */
const ways = {
  async 'a new password'(person: Person): Promise<void> {
    assert.equal((await post('/v1/codes', { email: person.email, purpose: 'reset' })).status, 200);
    const code = await platform.mailbox.code(person.email);
    const { status } = await post('/v1/passwords', {
      email: person.email,
      code,
      password: 'Another-light-7',
    });
    assert.equal(status, 200);
  },
  async 'an ended session'(_person: Person, own: RawSession, other: RawSession): Promise<void> {
    const { status } = await fetch(`${platform.gateUrl}/v1/sessions/${other.logIn.session.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${own.logIn.session.token}` },
    });
    assert.equal(status, 204);
  },
};

/** What happens between the answer and the moment at which gate reaches status again. */
const interludes = {
  async SIGKILL() {
    await platform.service('gate').kill();
    platform.service('gate').spawn();
    await platform.service('gate').up();
  },
  async SIGTERM() {
    assert.equal(await platform.service('gate').stop(), 0);
    platform.service('gate').spawn();
    await platform.service('gate').up();
  },
  async 'SIGKILL and an emptied Redis'() {
    await interludes.SIGKILL();
    await flush();
  },
};

async function flush(): Promise<void> {
  const redis = createRedis(platform.redis.url);
  await redis.flushall();
  redis.disconnect();
}

for (const [way, revoke] of Object.entries(ways)) {
  for (const [interlude, between] of Object.entries(interludes)) {
    test(`${way} while gate cannot reach status, then ${interlude}: the other side is cut off once it can`, async (t) => {
      const [person] = (await seedPeople(platform, 1)) as [Person];
      // After a flush nobody is placed before the nodes have reported again.
      const own = await eventually('there is a place', () => RawSession.open(platform, person), 60_000);
      const other = await eventually('for two', () => RawSession.open(platform, person, 'phone'), 60_000);
      platform.statusProxy.cut();
      await revoke(person, own, other);
      assert.equal((await other.ask('heartbeat')).error, undefined, 'it is there while nobody can be told');
      await between();
      assert.ok(!other.socket.isClosed);
      const since = performance.now();
      platform.statusProxy.mend();
      await eventually('the connection is closed', () => other.socket.isClosed);
      t.diagnostic(`${Math.round(performance.now() - since)} ms`);
      await own.close();
      await platform.service('gate').ready();
    });
  }
}
