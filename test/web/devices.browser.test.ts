import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { closeAll, connectDevice, nextEvent } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { logIn, message, nodeOf, openChat, section, send, stateMark, texts } from './screens.ts';
import { seedFriends } from './seeds.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

test('three browsers of one person live at once: what one writes and reads the others show', async () => {
  const { people, conversation } = await seedFriends(platform);
  const friend = await connectDevice(platform, people[1]);
  const mine = [];
  for (let at = 0; at < 3; at++) {
    const opened = await browser.open(platform.gateUrl);
    await logIn(opened.page, people[0]);
    mine.push(opened);
  }
  const [first, second, third] = mine.map(({ page }) => page) as [Page, Page, Page];
  await friend.say(conversation, 'To all of you');
  for (const page of [first, second, third])
    await page
      .getByRole('link', { name: 'Chats, 1 unread' })
      .or(page.getByText('1 unread'))
      .first()
      .waitFor();
  await openChat(first, people[1].name);
  await message(first, 'To all of you').waitFor();
  for (const page of [second, third]) await page.getByText('1 unread').first().waitFor({ state: 'detached' });
  await openChat(second, people[1].name);
  await send(second, 'From the second');
  await openChat(third, people[1].name);
  await message(third, 'From the second').waitFor();
  await send(third, 'From the third');
  for (const page of [first, second, third]) {
    await message(page, 'From the third').waitFor();
    assert.deepEqual(await texts(page), ['To all of you', 'From the second', 'From the third']);
  }
  friend.client.markRead(conversation, 3);
  for (const page of [first, second, third]) await stateMark(page, 'From the third', 'Read').waitFor();
  assert.deepEqual(
    mine.flatMap(({ complaints }) => complaints),
    [],
  );
  await closeAll([friend]);
});

test('of six browsers the one that was idle longest hears why it was disconnected, and may come back', async () => {
  const { people } = await seedFriends(platform);
  const idle = await browser.open(platform.gateUrl);
  await logIn(idle.page, people[0]);
  // It is connected, and has done what it does by itself.
  await idle.page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
  await idle.page.getByRole('link', { name: people[1].name }).waitFor();
  const devices = [];
  for (let at = 0; at < 5; at++) devices.push(await connectDevice(platform, people[0]));
  const dialog = idle.page.getByRole('alertdialog', { name: 'Logged in elsewhere' });
  await dialog.getByText('You use more than 5 browsers at once.').waitFor();
  const kicked = nextEvent(devices[0]!.client, 'state', ({ kind }) => kind === 'kicked');
  await dialog.getByRole('button', { name: 'Use it here' }).click();
  await kicked;
  await idle.page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
  await closeAll(devices);
});

test('delivered and read marks are there again after a reload, also without a connection', async (t) => {
  const { people, conversation } = await seedFriends(platform);
  const friend = await connectDevice(platform, people[1]);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await send(page, 'Read this');
  await stateMark(page, 'Read this', 'Delivered').waitFor();
  friend.client.markRead(conversation, 1);
  await stateMark(page, 'Read this', 'Read').waitFor();
  await send(page, 'And this');
  await stateMark(page, 'And this', 'Delivered').waitFor();
  await closeAll([friend]);
  for (const away of [false, true]) {
    if (away) {
      await Promise.all(platform.nodes.map((node) => node.kill()));
      t.after(() => Promise.all(platform.nodes.map((node) => node.running || node.start())));
    }
    await page.reload();
    await openChat(page, people[1].name);
    await stateMark(page, 'Read this', 'Read').waitFor();
    await stateMark(page, 'And this', 'Delivered').waitFor();
  }
  await Promise.all(platform.nodes.map((node) => node.start()));
});

test('a node that is stopped: the page says “Connecting…”, shows nobody online, and what was sent goes out', async () => {
  const { people } = await seedFriends(platform);
  const friend = await connectDevice(platform, people[1]);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  const online = page.getByRole('main').getByText('online', { exact: true });
  await online.waitFor();
  const node = platform.service(await nodeOf(page));
  node.signal('SIGSTOP');
  await send(page, 'Is anybody there?');
  await page.getByText('Connecting…').waitFor();
  await online.waitFor({ state: 'detached' });
  await stateMark(page, 'Is anybody there?', 'Sent').or(page.getByLabel('Delivered')).first().waitFor();
  node.signal('SIGCONT');
  assert.deepEqual(await texts(page), ['Is anybody there?']);
  await closeAll([friend]);
});

for (const days of [-3, 400])
  test(`on a device whose date is ${days} days off one logs in, chats and comes back`, async () => {
    const { people, conversation } = await seedFriends(platform);
    const friend = await connectDevice(platform, people[1]);
    const { page, context, complaints } = await browser.open(platform.gateUrl);
    await context.addInitScript((offsetMs) => {
      const RealDate = Date;
      let wrongByMs = offsetMs;
      window.Date = class extends RealDate {
        constructor(...args: [] | [number]) {
          super(...((args.length === 0 ? [RealDate.now() + wrongByMs] : args) as [number]));
        }
        static override now = () => RealDate.now() + wrongByMs;
      } as DateConstructor;
      // And is set while one chats.
      Object.assign(window, { setDateBack: () => (wrongByMs -= 7_200_000) });
    }, days * 86_400_000);
    await page.reload();
    await logIn(page, people[0]);
    await openChat(page, people[1].name);
    await send(page, 'before');
    await stateMark(page, 'before', 'Delivered').waitFor();
    await page.evaluate(() => (window as unknown as { setDateBack(): void }).setDateBack());
    await send(page, 'after');
    await stateMark(page, 'after', 'Delivered').waitFor();
    await friend.say(conversation, 'answer');
    await message(page, 'answer').waitFor();
    assert.deepEqual(await texts(page), ['before', 'after', 'answer']);
    await page.getByRole('main').getByText('Today', { exact: true }).waitFor();
    await page.reload();
    await openChat(page, people[1].name);
    await message(page, 'answer').waitFor();
    assert.deepEqual(complaints, []);
    await closeAll([friend]);
  });

test('with site data blocked one logs in and chats, until the page goes', async () => {
  const { people, conversation } = await seedFriends(platform);
  const friend = await connectDevice(platform, people[1]);
  const { page, context, complaints } = await browser.open(platform.gateUrl);
  // As Chromium does it: to ask for a storage throws, and databases do not open.
  await context.addInitScript(() => {
    const refuse = () => {
      throw new DOMException('Access is denied for this document.', 'SecurityError');
    };
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
      Object.defineProperty(window, name, { get: refuse });
    Object.defineProperty(navigator, 'serviceWorker', { get: refuse });
  });
  await page.reload();
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await send(page, 'nothing is kept');
  await stateMark(page, 'nothing is kept', 'Delivered').waitFor();
  await friend.say(conversation, 'never mind');
  await message(page, 'never mind').waitFor();
  await section(page, 'Settings').click();
  await page.getByRole('link', { name: 'Appearance' }).click();
  await page.getByRole('radio', { name: 'Dark' }).click();
  await page.reload();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  assert.deepEqual(complaints, []);
  await closeAll([friend]);
});

test('where pages may not construct notifications the service worker shows them, and opens what was clicked', async () => {
  const { people, conversation } = await seedFriends(platform);
  const friend = await connectDevice(platform, people[1]);
  const { page, context } = await browser.open(platform.gateUrl);
  await context.grantPermissions(['notifications']);
  await context.addInitScript(() => {
    class Refused {
      static permission = 'granted';
      static requestPermission = async () => 'granted';
      constructor() {
        throw new TypeError("Failed to construct 'Notification': Illegal constructor.");
      }
    }
    Object.assign(window, { Notification: Refused });
    document.hasFocus = () => false;
  });
  await page.reload();
  await logIn(page, people[0]);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await section(page, 'Settings').click();
  await page.getByRole('link', { name: 'Notifications' }).click();
  await page.getByRole('switch', { name: /^Notifications/ }).click();
  await friend.say(conversation, 'Are you there?');
  // `waitForFunction` takes the promise itself for an answer.
  await eventually('it is shown', () =>
    page.evaluate(async () => {
      const worker = await navigator.serviceWorker.getRegistration();
      return (await worker!.getNotifications()).length === 1;
    }),
  );
  // A click on it, as the system would tell the worker: no test can click outside of the page.
  const [worker] = context.serviceWorkers();
  await worker!.evaluate(`(async () => {
    const [notification] = await registration.getNotifications();
    dispatchEvent(new NotificationEvent('notificationclick', { notification }));
  })()`);
  await message(page, 'Are you there?').waitFor();
  await closeAll([friend]);
});

test('what arrives in the conversation that is open, at its end and looked at, is not unread for an instant', async () => {
  const { people, conversation } = await seedFriends(platform);
  const friend = await connectDevice(platform, people[1]);
  await friend.say(conversation, 'Before');
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await message(page, 'Before').waitFor();
  await page.getByText('1 unread').first().waitFor({ state: 'detached' });
  await page.evaluate(() => {
    const seen: string[] = [];
    const look = () => {
      if (document.title.startsWith('(')) seen.push(document.title);
      for (const link of document.querySelectorAll('a'))
        if (/unread/.test(link.textContent ?? '')) seen.push(link.textContent!);
    };
    const changes = { subtree: true, childList: true, characterData: true, attributes: true };
    new MutationObserver(look).observe(document.documentElement, changes);
    Object.assign(window, { seen });
  });
  for (let at = 1; at <= 12; at++) {
    await friend.say(conversation, `Live ${at}`);
    await message(page, `Live ${at}`).first().waitFor();
  }
  await Promise.all(Array.from({ length: 20 }, (_, at) => friend.say(conversation, `Burst ${at}`)));
  await message(page, 'Burst 19').waitFor();
  await eventually('the friend sees that it was read', () => friend.client.receipts(conversation).read >= 33);
  assert.deepEqual(await page.evaluate(() => (window as unknown as { seen: string[] }).seen), []);
  await closeAll([friend]);
});
