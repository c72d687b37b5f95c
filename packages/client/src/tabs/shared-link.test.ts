import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeBrowser, type FakeTab } from '../../test/fake-browser.ts';
import { settled } from '../../test/fake-clock.ts';
import { online, type Setup, setup } from '../../test/setup.ts';

type TabSetup = Setup & { tab: FakeTab };

const kinds = {
  'with locks and channels': { channels: true, locks: true },
  'without locks': { channels: true, locks: false },
};

/** So many tabs with one session, the first of which has logged in and leads. */
async function openTabs(browser: FakeBrowser, count: number): Promise<TabSetup[]> {
  const first = browser.open();
  const made = setup({ tabs: first });
  made.platform.addConversation(1);
  await made.client.logIn({ email: 'ann@example.org', password: 'secret-words' });
  made.client.connect();
  await made.clock.advance(500);
  const all: TabSetup[] = [{ ...made, tab: first }];
  while (all.length < count) all.push(await openTab(browser, made, all.length));
  return all;
}

async function openTab(browser: FakeBrowser, shared: Setup, number: number): Promise<TabSetup> {
  const tab = browser.open();
  let cids = 0;
  const made = setup({ tabs: tab, createCid: () => `tab-${number}-${++cids}` }, shared);
  await made.client.restore();
  made.client.connect();
  await shared.clock.advance(500);
  assert.equal(made.client.state.kind, 'online');
  return { ...made, tab };
}

for (const [how, parts] of Object.entries(kinds)) {
  test(`tabs ${how} share one connection: each hears everything once`, async () => {
    const tabs = await openTabs(new FakeBrowser(parts), 3);
    const { platform, clock } = tabs[0]!;
    assert.equal(platform.sockets.length, 1);
    assert.deepEqual(
      tabs.map(({ client }) => client.leads),
      [true, false, false],
    );
    platform.say(1, 'one');
    await settled();
    const said = tabs[2]!.client.send(1, 'two');
    await settled();
    assert.equal((await said.whenSent()).seq, 2);
    platform.socket.push('deliver', platform.conversations.get(1)!.messages[1]!);
    await clock.advance(1_000);
    for (const { texts } of tabs) assert.deepEqual(texts, ['one', 'two']);
    assert.equal(platform.socket.bodies('mark').length, 1, 'what the device has is told once');
  });

  test(`what one tab ${how} has read the others hear`, async () => {
    const tabs = await openTabs(new FakeBrowser(parts), 3);
    const { platform, clock } = tabs[0]!;
    const heard: unknown[][] = tabs.map(({ client }) => {
      const marks: unknown[] = [];
      client.on('marked', ({ user, read }) => marks.push([user, read]));
      return marks;
    });
    platform.on('mark', () => ({ read: 1, received: 1 }));
    tabs[1]!.client.markRead(1, 1);
    await clock.advance(300);
    assert.deepEqual([heard[0], heard[2]], [[[7, 1]], [[7, 1]]]);
    tabs[0]!.client.markRead(1, 1);
    await clock.advance(300);
    assert.deepEqual(heard[2], [
      [7, 1],
      [7, 1],
    ]);
  });

  test(`a leader ${how} that is gone is followed by another tab, and nothing under way is lost or doubled`, async () => {
    const tabs = await openTabs(new FakeBrowser(parts), 3);
    const { platform, clock, tab } = tabs[0]!;
    platform.say(1, 'before');
    await settled();
    platform.on('send', (_, { node }) => (node === 'node-1' ? 'silence' : undefined));
    platform.on('friends', (_, { node }) => (node === 'node-1' ? 'silence' : { friends: [] }));
    const sent = [tabs[1]!.client.send(1, 'from the second'), tabs[2]!.client.send(1, 'from the third')];
    const asked = tabs[1]!.client.request('friends', {}, { timeoutMs: 60_000 });
    await settled();
    tab.crash();
    platform.socket.open = false;
    platform.store(1, 'meanwhile');
    await clock.advance(40_000);
    for (const message of sent) assert.ok((await message.whenSent()).seq > 1);
    await asked;
    assert.equal(tabs.slice(1).filter(({ client }) => client.leads).length, 1);
    for (const { texts } of tabs.slice(1))
      assert.deepEqual([...texts].sort(), ['before', 'from the second', 'from the third', 'meanwhile']);
    assert.equal(platform.conversations.get(1)!.messages.length, 4);
  });

  test(`a leader ${how} that is stopped is replaced by a tab that wants an answer, and gives way when it goes on`, async () => {
    const tabs = await openTabs(new FakeBrowser(parts), 2);
    const [leader, other] = tabs as [TabSetup, TabSetup];
    const { platform, clock } = leader;
    leader.tab.isFrozen = true;
    const said = other.client.send(1, 'anybody?');
    await clock.advance(5_000 + 3_000 + 1_000);
    assert.equal(other.client.leads, true);
    assert.equal((await said.whenSent()).seq, 1);
    leader.tab.isFrozen = false;
    await clock.advance(60_000);
    assert.deepEqual(
      tabs.map(({ client }) => client.leads),
      [false, true],
    );
    platform.say(1, 'to both');
    await clock.advance(1_000);
    for (const { texts } of tabs) assert.ok(texts.includes('to both'));
  });
}

test('a tab that is kept from running does not lead in place of one whose answer it has yet to hear', async () => {
  const tabs = await openTabs(new FakeBrowser(), 2);
  const { platform, clock } = tabs[0]!;
  // The timers that are due come first, and then what was said.
  tabs[1]!.tab.hears = (hear) => void clock.setTimeout(hear, 3_000);
  await clock.advance(60_000);
  assert.deepEqual(
    tabs.map(({ client }) => client.leads),
    [true, false],
  );
  assert.equal(platform.sockets.length, 1);
});

test('a node that does not answer a tab that follows is left', async () => {
  const tabs = await openTabs(new FakeBrowser(), 2);
  const { platform, clock } = tabs[0]!;
  platform.on('send', (_, { node }) => (node === 'node-1' ? 'silence' : undefined));
  platform.on('heartbeat', (_, { node }) => (node === 'node-1' ? 'silence' : undefined));
  const said = tabs[1]!.client.send(1, 'is anybody there?');
  await clock.advance(5_500);
  for (const { client } of tabs) assert.equal(client.state.kind, 'connecting');
  await clock.advance(5_000);
  assert.equal((await said.whenSent()).seq, 1);
  assert.equal(platform.socket.node, 'node-2');
});

test('what waits in a tab that is gone is sent by the one that is left', async () => {
  const browser = new FakeBrowser();
  const tabs = await openTabs(browser, 2);
  const { platform, clock } = tabs[0]!;
  platform.on('send', () => 'silence');
  tabs[1]!.client.send(1, 'left behind');
  await settled();
  tabs[1]!.tab.crash();
  const closed = tabs[1]!.client.close();
  await clock.advance(200);
  await closed;
  platform.on('send', () => undefined);
  await openTab(browser, tabs[0]!, 3);
  await clock.advance(5_000);
  assert.deepEqual(
    platform.conversations.get(1)!.messages.map(({ text }) => text),
    ['left behind'],
  );
});

test('who logs out in one tab is logged out in all, and nothing is kept', async () => {
  const tabs = await openTabs(new FakeBrowser(), 3);
  const { storage, clock } = tabs[0]!;
  const out = tabs[1]!.client.logOut();
  await clock.advance(5_000);
  await out;
  for (const { client } of tabs) assert.deepEqual(client.state, { kind: 'ended', reason: 'logged-out' });
  await clock.advance(5_000);
  assert.deepEqual(storage.keys(''), []);
});

test('tabs that cannot talk to each other are alone, as before', async () => {
  const { client, platform, clock } = await online({
    tabs: new FakeBrowser({ channels: false, locks: true }).open(),
  });
  assert.equal(client.leads, true);
  platform.say(1, 'one');
  await clock.advance(1_000);
  assert.equal(client.mark(1), 1);
  await client.close();
});
