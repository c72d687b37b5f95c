import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import {
  befriend,
  closeAll,
  connectDevice,
  connectInTurn,
  createDevice,
  nextEvent,
  nodeOf,
  seedPeople,
  settle,
  verdict,
} from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';

const platform = usePlatform({ nodes: 2, environment: { verify: { CODES_PER_SOURCE_HOUR: '1000' } } });

test('someone registers by e-mail code, logs in, is berthed and says goodbye', async () => {
  const email = 'newcomer@example.org';
  const device = createDevice(platform, { id: 0, name: 'newcomer', email, password: 'First-light-7' });
  const { client } = device;
  const issued = await client.sendCode({ email, purpose: 'register' });
  assert.ok(issued.resendAfterMs > 0 && issued.expiresInMs === 600_000);
  const code = await platform.mailbox.code(email);
  const { user } = await client.register({ email, code, name: 'newcomer', password: 'First-light-7' });
  assert.equal(user.name, 'newcomer');
  await assert.rejects(client.register({ email, code, name: 'again', password: 'First-light-7' }), {
    code: 'code_expired',
  });
  const account = await client.logIn({ email, password: 'First-light-7' });
  assert.equal(account.id, user.id);
  client.connect();
  await nextEvent(client, 'resumed');
  assert.match(nodeOf(device), /^chat-[12]$/);
  await client.logOut();
  assert.equal(client.state.kind, 'ended');
});

/** The clients that status knows of on each node, and the places that it has reserved there. */
async function fleetNodes(): Promise<{ connections: number; reserved: number }[]> {
  const headers = { authorization: `Bearer ${platform.operatorToken}` };
  const response = await fetch(`${platform.service('status').opsUrl}/v1/fleet`, { headers });
  return ((await response.json()) as { nodes: { connections: number; reserved: number }[] }).nodes;
}

test('clients are spread over the nodes one by one', async () => {
  await eventually(
    'those of the tests before are gone',
    async () => (await fleetNodes()).every(({ connections, reserved }) => connections + reserved === 0),
    30_000,
  );
  const devices = await connectInTurn(platform, await seedPeople(platform, 10));
  const perNode = Object.groupBy(devices, nodeOf);
  assert.equal(perNode['chat-1']?.length, 5);
  assert.equal(perNode['chat-2']?.length, 5);
  await closeAll(devices);
});

test('a wrong password and an unknown address are refused alike', async () => {
  const [person] = await seedPeople(platform, 1);
  const { client } = createDevice(platform, person!);
  const refusals = [];
  for (const body of [
    { email: person!.email, password: 'not-it-at-all' },
    { email: 'nobody-at-all@example.org', password: 'not-it-at-all' },
  ]) {
    refusals.push(await client.logIn(body).catch(({ code, message }) => ({ code, message })));
  }
  assert.equal((refusals[0] as { code: string }).code, 'bad_credentials');
  assert.deepEqual(refusals[0], refusals[1]);
});

test('five devices of a class live at once, a sixth ends the oldest idle one and says why', async () => {
  const [person, friend] = await seedPeople(platform, 2);
  const other = await connectDevice(platform, friend!);
  const phone = await connectDevice(platform, person!, { deviceClass: 'phone' });
  const conversation = await befriend(other, phone);
  const webs = [];
  for (let at = 0; at < 5; at++) webs.push(await connectDevice(platform, person!));
  const kicked = nextEvent(webs[1]!.client, 'state', (state) => state.kind === 'kicked');
  await webs[0]!.say(conversation, 'in use');
  const sixth = await connectDevice(platform, person!);
  assert.deepEqual(await kicked, { kind: 'kicked', reason: 'device-limit', device: 'web', limit: 5 });
  const live = [phone, webs[0]!, ...webs.slice(2), sixth];
  for (const device of [...live, other]) await device.say(conversation, 'to all of them');
  for (const { client } of live) assert.equal(client.state.kind, 'online');
  await settle(platform, [...live, other], [conversation]);
  assert.deepEqual(await verdict(platform, [...live, other], [conversation]), []);
  await closeAll([...webs, phone, sixth, other]);
});

test('a session that is ended elsewhere is closed at once and cannot come back', async () => {
  const [person] = await seedPeople(platform, 1);
  const web = await connectDevice(platform, person!, { deviceClass: 'web' });
  const phone = await connectDevice(platform, person!, { deviceClass: 'phone' });
  const sessions = await phone.client.listSessions();
  assert.equal(sessions.length, 2);
  const other = sessions.find((session) => !session.current)!;
  const ended = nextEvent(web.client, 'state', (state) => state.kind === 'ended');
  await phone.client.endSession(other.id);
  await ended;
  assert.equal(phone.client.state.kind, 'online');
  assert.equal((await phone.client.listSessions()).length, 1);
  await closeAll([web, phone]);
});

test('a password reset ends every session and sets the new password', async () => {
  const [person] = await seedPeople(platform, 1);
  const web = await connectDevice(platform, person!);
  const ended = nextEvent(web.client, 'state', (state) => state.kind === 'ended');
  const other = createDevice(platform, person!);
  await other.client.sendCode({ email: person!.email, purpose: 'reset' });
  const code = await platform.mailbox.code(person!.email);
  await other.client.resetPassword({ email: person!.email, code, password: 'Second-light-8' });
  await ended;
  await assert.rejects(other.client.logIn({ email: person!.email, password: person!.password }), {
    code: 'bad_credentials',
  });
  await other.client.logIn({ email: person!.email, password: 'Second-light-8' });
  await closeAll([web, other]);
});

test('the fleet view counts who is connected', async () => {
  const devices = await connectInTurn(platform, await seedPeople(platform, 4));
  await eventually('the fleet shows four connections', async () => {
    const nodes = await fleetNodes();
    return nodes.length === 2 && nodes.reduce((sum, node) => sum + node.connections, 0) === 4;
  });
  await closeAll(devices);
});
