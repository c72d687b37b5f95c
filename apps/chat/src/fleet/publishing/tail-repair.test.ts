import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Guest, useChatFleet } from '../../chat-fleet.fixture.ts';
import { FlakyProxy } from '../peers/flaky-proxy.fixture.ts';

const fleet = useChatFleet(0);
const proxies: FlakyProxy[] = [];
after(() => {
  for (const proxy of proxies) proxy.close();
});

/** A node that others reach through a proxy. */
async function startBehindProxy(node: string): Promise<FlakyProxy> {
  const proxy = await FlakyProxy.start();
  proxies.push(proxy);
  const { ports } = await fleet.start(node, { PEER_ADDRESS: `127.0.0.1:${proxy.port}` });
  proxy.target = ports.peer;
  return proxy;
}

/** Clients of the Berth dialect close gaps by themselves; for others, and for the last one, the node does. */
async function delivered(guest: Guest, conversation: number, from: number, to: number): Promise<void> {
  for (let seq = from; seq <= to; seq++)
    await guest.next('deliver', (body) => body.conversation === conversation && body.seq === seq);
}

test('the tail reaches everyone when links between nodes are cut, and while they stay cut', async () => {
  const proxies = [await startBehindProxy('node-1'), await startBehindProxy('node-2')];
  const alice = await fleet.logIn('node-1', await fleet.user());
  const bob = await fleet.logIn('node-2', await fleet.user());
  const { conversation } = (await alice.ask('directOpen', { user: bob.user })).conversation;
  const invited = { cid: 'g', title: 'g', members: [bob.user] };
  const group = (await alice.ask('groupCreate', invited)).conversation.conversation;
  let seq = 0;
  const sendBoth = async () => {
    seq++;
    await alice.ask('send', { conversation, cid: `d${seq}`, text: `direct ${seq}` });
    await alice.ask('send', { conversation: group, cid: `g${seq}`, text: `group ${seq}` });
  };
  await sendBoth();
  for (let i = 0; i < 5; i++) {
    await sendBoth();
    for (const proxy of proxies) proxy.cut();
    await sendBoth();
  }
  await delivered(bob, conversation, 1, seq);
  await delivered(bob, group, 1, seq);

  for (const proxy of proxies) {
    proxy.isDown = true;
    proxy.cut();
  }
  await sendBoth();
  await delivered(bob, conversation, seq, seq);
  await delivered(bob, group, seq, seq);
  for (const proxy of proxies) proxy.isDown = false;
});

test('who was invited while nodes could not speak is found out, and gets the messages', async () => {
  const proxy = await startBehindProxy('node-3');
  const alice = await fleet.logIn('node-1', await fleet.user());
  const carol = await fleet.logIn('node-3', await fleet.user());
  proxy.isDown = true;
  proxy.cut();
  const invited = { cid: 'h', title: 'h', members: [carol.user] };
  const group = (await alice.ask('groupCreate', invited)).conversation.conversation;
  await alice.ask('send', { conversation: group, cid: 'x', text: 'welcome' });
  assert.equal((await carol.next('deliver', (body) => body.conversation === group)).text, 'welcome');
});

test('who was removed while nodes could not speak gets what was sent before, and nothing of what came after', async () => {
  const proxy = await startBehindProxy('node-4');
  const alice = await fleet.logIn('node-1', await fleet.user());
  const dora = await fleet.logIn('node-4', await fleet.user(), { entries: true });
  const invited = { cid: 'r', title: 'r', members: [dora.user] };
  const group = (await alice.ask('groupCreate', invited)).conversation.conversation;
  const say = (text: string) => alice.ask('send', { conversation: group, cid: text, text });
  await say('one');
  await dora.next('deliver', ({ text }) => text === 'one');
  proxy.isDown = true;
  proxy.cut();
  await say('last');
  await alice.ask('groupRemove', { conversation: group, user: dora.user });
  await say('later');
  proxy.isDown = false;
  await dora.next('deliver', ({ text }) => text === 'last');
  const { users } = await dora.next('entry', ({ kind }) => kind === 'removed');
  assert.deepEqual(users, [dora.user]);
  assert.ok(dora.pushes('deliver').every(({ text }) => text !== 'later'));
});
