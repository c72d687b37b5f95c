import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { BrowserContext, Page } from 'playwright-core';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { closeAll, connectDevice, seedPeople, settle, verdict } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { logIn, message, openChat, section, send, stateMark, texts } from './screens.ts';
import { seedFriends } from './seeds.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

/** Another tab of that browser, and how many connections it has opened. */
async function openTab(context: BrowserContext): Promise<{ page: Page; sockets: () => number }> {
  const page = await context.newPage();
  page.setDefaultTimeout(45_000);
  let sockets = 0;
  page.on('websocket', () => sockets++);
  await page.goto(platform.gateUrl);
  await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
  return { page, sockets: () => sockets };
}

/** That it has reached the other one, who may have read it as well. */
const arrived = (page: Page, text: string) => message(page, text).getByLabel(/^(Delivered|Read)$/);

const without: Record<string, () => void> = {
  'every way to find each other': () => {},
  'no locks': () => Object.defineProperty(navigator, 'locks', { value: undefined }),
  'no channels': () => Object.defineProperty(window, 'BroadcastChannel', { value: undefined }),
  'neither locks nor channels': () => {
    Object.defineProperty(navigator, 'locks', { value: undefined });
    Object.defineProperty(window, 'BroadcastChannel', { value: undefined });
  },
};

for (const [what, script] of Object.entries(without))
  test(`tabs of a browser with ${what} share a connection, and go on when the one that has it is closed`, async () => {
    const { people, conversation } = await seedFriends(platform);
    const friend = await connectDevice(platform, people[1]);
    const { page: first, context, complaints } = await browser.open(platform.gateUrl);
    await context.addInitScript(script);
    await first.reload();
    await logIn(first, people[0]);
    const second = await openTab(context);
    const third = await openTab(context);
    const sockets = () => second.sockets() + third.sockets();
    assert.equal(sockets(), 0, 'the first tab’s connection is used');
    for (const page of [first, second.page, third.page]) await openChat(page, people[1].name);
    await friend.say(conversation, 'to all tabs');
    await send(second.page, 'from the second');
    for (const page of [first, second.page, third.page]) {
      await message(page, 'from the second').waitFor();
      await arrived(page, 'from the second').waitFor();
    }
    await section(third.page, 'Settings').click();
    await friend.say(conversation, 'read in one');
    await message(first, 'read in one').waitFor();
    await third.page.getByText('1 unread').waitFor({ state: 'detached' });
    await section(third.page, 'Chats').click();
    await openChat(third.page, people[1].name);

    // The one that has the connection goes in mid-sentence.
    await second.page.getByRole('textbox', { name: /^Message to/ }).fill('while it closes');
    await Promise.all([
      first.close(),
      second.page.getByRole('textbox', { name: /^Message to/ }).press('Enter'),
      friend.say(conversation, 'and meanwhile'),
    ]);
    await arrived(second.page, 'while it closes').waitFor();
    await send(third.page, 'after it');
    const expected = [
      'after it',
      'and meanwhile',
      'from the second',
      'read in one',
      'to all tabs',
      'while it closes',
    ];
    for (const page of [second.page, third.page]) {
      await message(page, 'after it').waitFor();
      for (const text of ['while it closes', 'and meanwhile']) await message(page, text).waitFor();
      assert.deepEqual((await texts(page)).sort(), expected);
    }
    assert.equal(sockets(), 1, 'one of the two has taken over');
    await settle(platform, [friend], [conversation]);
    assert.deepEqual(await verdict(platform, [friend], [conversation]), []);
    assert.deepEqual(complaints, []);
    await closeAll([friend]);
  });

test('tabs of two browsers of one person: one connection each, and all show the same', async () => {
  const { people, conversation } = await seedFriends(platform);
  const friend = await connectDevice(platform, people[1]);
  const pages: Page[] = [];
  for (let at = 0; at < 2; at++) {
    const { page, context } = await browser.open(platform.gateUrl);
    await logIn(page, people[0]);
    const other = await openTab(context);
    assert.equal(other.sockets(), 0);
    pages.push(page, other.page);
  }
  for (const page of pages) await openChat(page, people[1].name);
  for (const [at, page] of pages.entries()) await send(page, `from ${at}`);
  await friend.say(conversation, 'to four pages');
  for (const page of pages) {
    await message(page, 'to four pages').waitFor();
    for (const at of pages.keys()) await arrived(page, `from ${at}`).waitFor();
    assert.equal((await texts(page)).length, 5);
  }
  await closeAll([friend]);
});

test('what is done in one tab the others show, and the person’s other devices', async () => {
  const { people } = await seedFriends(platform);
  const [me, friend] = people;
  const [asker] = await seedPeople(platform, 1, 'asker');
  const stranger = await connectDevice(platform, asker!);
  const { page, context } = await browser.open(platform.gateUrl);
  await logIn(page, me);
  const tab = await openTab(context);
  assert.equal(tab.sockets(), 0);
  const device = await browser.open(platform.gateUrl);
  await logIn(device.page, me);
  const others = [tab.page, device.page];
  const chats = (at: Page) => at.getByRole('region', { name: 'Chats' });
  const row = (at: Page, name: string) => chats(at).getByRole('link', { name });

  await row(page, friend.name).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Silence' }).click();
  for (const at of others) await row(at, friend.name).getByLabel('Silenced').waitFor();
  await row(page, friend.name).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Pin' }).click();
  for (const at of others) await row(at, friend.name).getByLabel('Pinned').waitFor();

  await page.goto(`${platform.gateUrl}/#/contacts/${friend.id}`);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Change alias' }).click();
  await page.getByRole('textbox', { name: 'Alias' }).fill('Skipper');
  await page.getByRole('button', { name: 'Save' }).click();
  for (const at of others) await row(at, 'Skipper').waitFor();

  await page.goto(`${platform.gateUrl}/#/settings/profile`);
  await page.getByLabel('Display name').fill('Called anew');
  await page.getByRole('button', { name: 'Save' }).click();
  for (const at of others) await at.getByRole('navigation', { name: 'Sections' }).getByText('CA').waitFor();

  await stranger.client.request('friendRequest', { user: me.id, note: 'hello' });
  await page.goto(`${platform.gateUrl}/#/contacts/requests`);
  for (const at of others) await section(at, 'Contacts').getByText('1 request').waitFor();
  const request = page.getByRole('listitem').filter({ hasText: asker!.name });
  await request.getByRole('button', { name: 'Accept' }).click();
  await request.getByRole('button', { name: 'Message' }).waitFor();
  for (const at of others) {
    await section(at, 'Contacts').getByText('1 request').waitFor({ state: 'detached' });
    await row(at, asker!.name).waitFor();
  }

  for (const at of others) {
    await row(at, asker!.name).click();
    await at.getByRole('textbox', { name: /^Message to/ }).waitFor();
  }
  await page.goto(`${platform.gateUrl}/#/contacts/${asker!.id}`);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Block' }).click();
  for (const at of others) await at.getByText(`You have blocked ${asker!.name}.`).waitFor();
  await tab.page.getByRole('button', { name: 'Unblock' }).click();
  await tab.page.getByRole('textbox', { name: /^Message to/ }).waitFor();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Remove friend' }).click();
  for (const at of others) await at.getByText(`You and ${asker!.name} are not friends.`).waitFor();
  await closeAll([stranger]);
});

test('who logs out in one tab is out in all of them, and nothing stays on the device', async () => {
  const { people } = await seedFriends(platform);
  const { page, context } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  const other = await openTab(context);
  await openChat(other.page, people[1].name);
  await send(other.page, 'soon gone');
  await stateMark(other.page, 'soon gone', 'Sent').waitFor();
  await section(page, 'Settings').click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Log out' }).click();
  for (const tab of [page, other.page]) await tab.getByText('You are logged out.').waitFor();
  await eventually('nothing is kept', async () => {
    const { origins } = await context.storageState({ indexedDB: true });
    return !JSON.stringify(origins).includes('soon gone') && !JSON.stringify(origins).includes('token');
  });
});
