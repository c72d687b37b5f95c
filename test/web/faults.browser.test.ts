import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { closeAll, connectDevice } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import {
  keptOnDevice,
  logIn,
  message,
  nodeOf,
  openChat,
  send,
  stateMark,
  texts,
  twoAtTheirPages,
} from './screens.ts';
import { seedFriends } from './seeds.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

test('a chat node killed in mid-conversation: both pages come back by themselves, nothing lost or doubled', async (t) => {
  const { people } = await seedFriends(platform);
  const [mine, theirs] = await twoAtTheirPages(browser, platform.gateUrl, people);
  const node = await nodeOf(mine.page);
  assert.notEqual(node, await nodeOf(theirs.page));
  t.after(() => platform.service(node).start());

  const expected: string[] = [];
  for (let round = 1; round <= 12; round++) {
    if (round === 5) await platform.service(node).kill();
    const [from, text] = round % 2 === 0 ? [theirs, `answer ${round}`] : [mine, `question ${round}`];
    await send(from.page, text);
    expected.push(text);
  }
  await eventually('the page is elsewhere', async () => (await nodeOf(mine.page)) !== node);
  for (const { page } of [mine, theirs]) {
    await eventually(
      'every message on the page, once',
      async () => {
        const shown = await texts(page);
        assert.deepEqual([...shown].sort(), [...expected].sort());
        return true;
      },
      60_000,
    );
    // Until then it stands below what came meanwhile.
    await eventually('all are sent', async () => (await page.getByLabel('Waiting to be sent').count()) === 0);
  }
  assert.deepEqual(await texts(mine.page), await texts(theirs.page), 'in the same order on both');
  assert.deepEqual([...mine.complaints, ...theirs.complaints], []);
});

test('with every node away the page stays readable, says when it tries again, and sends what was typed', async (t) => {
  const { people, conversation } = await seedFriends(platform);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await send(page, 'before the storm');
  await stateMark(page, 'before the storm', 'Sent').waitFor();

  await Promise.all(platform.nodes.map((node) => node.kill()));
  t.after(() => Promise.all(platform.nodes.filter(({ running }) => !running).map((node) => node.start())));
  await page.getByText(/Offline · next try in \d:\d\d/).waitFor();
  await message(page, 'before the storm').waitFor();
  await send(page, 'in the storm');
  await stateMark(page, 'in the storm', 'Waiting to be sent').waitFor();

  await keptOnDevice(page, 'before the storm', 'as read');
  await keptOnDevice(page, 'in the storm', 'to be sent');
  await page.reload();
  await openChat(page, people[1].name);
  await message(page, 'before the storm').waitFor();
  await stateMark(page, 'in the storm', 'Waiting to be sent').waitFor();

  await Promise.all(platform.nodes.map((node) => node.start()));
  const tryNow = page.getByRole('button', { name: 'Try now' });
  await eventually(
    'the page is connected again',
    async () => {
      if (await tryNow.isVisible()) await tryNow.click({ timeout: 1_000 }).catch(() => {});
      return page.locator('[data-connection="online"]').count();
    },
    40_000,
  );
  await stateMark(page, 'in the storm', 'Sent').waitFor();
  const friend = await connectDevice(platform, people[1]);
  const received = await friend.client.history(conversation).next();
  assert.deepEqual(
    received.map(({ text }) => text),
    ['before the storm', 'in the storm'],
  );
  await closeAll([friend]);
});

test('with gate away, too, the page opens and what was loaded can be read', async (t) => {
  const { people } = await seedFriends(platform);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await send(page, 'for a dark night');
  await stateMark(page, 'for a dark night', 'Sent').waitFor();
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await platform.service('gate').kill();
  t.after(() => platform.service('gate').start());
  await page.reload();
  await openChat(page, people[1].name);
  await message(page, 'for a dark night').waitFor();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('link', { name: 'Appearance' }).click();
  await page.getByRole('heading', { name: 'Appearance' }).waitFor();
});

test('a node that drains moves its pages, which name no node and lose nothing', async () => {
  const { people } = await seedFriends(platform);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  const node = await nodeOf(page);
  const stopped = platform.service(node).stop();
  await eventually('it is elsewhere', async () => (await nodeOf(page)) !== node, 30_000);
  assert.doesNotMatch(await page.locator('body').innerText(), /chat-\d/);
  await send(page, 'still here');
  await stateMark(page, 'still here', 'Sent').waitFor();
  await stopped;
  await platform.service(node).start();
});
