import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import { zh } from '../../apps/web/src/i18n/zh.ts';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { closeAll, connectDevice, createGroup, type Device, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { violations } from './axe.ts';
import { logIn, message, openChat, section, send } from './screens.ts';
import { seedFriends, seedGroups } from './seeds.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

test('a group that one has left is put away, stays away on every device, and comes back', async () => {
  const people = await seedPeople(platform, 2, 'away');
  const devices = [];
  for (const person of people) devices.push(await connectDevice(platform, person, { deviceClass: 'setup' }));
  const group = await createGroup(devices, 'Old crew');
  await devices[1]!.say(group, 'so long');
  const first = await browser.open(platform.gateUrl);
  const second = await browser.open(platform.gateUrl);
  await logIn(first.page, people[0]!);
  await logIn(second.page, people[0]!);
  await openChat(first.page, 'Old crew');
  await devices[0]!.client.request('groupLeave', { conversation: group });
  await first.page.getByText('You are no longer a member of this group.').waitFor();
  const list = (page = first.page) => page.getByRole('region', { name: 'Chats' });
  await list(second.page)
    .getByRole('link', { name: /Old crew/ })
    .waitFor();

  await first.page.getByRole('main').getByRole('button', { name: 'More actions' }).click();
  await first.page.getByRole('menuitem', { name: 'Archive' }).click();
  await first.page.getByRole('heading', { name: 'Choose a conversation' }).waitFor();
  for (const page of [first.page, second.page])
    await list(page)
      .getByRole('link', { name: /Old crew/ })
      .waitFor({ state: 'detached' });
  await first.page.reload();
  await list().getByRole('link', { name: people[1]!.name }).waitFor();
  assert.equal(
    await list()
      .getByRole('link', { name: /Old crew/ })
      .count(),
    0,
  );

  await list().getByRole('radio', { name: 'Archive' }).check({ force: true });
  await openChat(first.page, 'Old crew');
  await message(first.page, 'so long').waitFor();
  await list()
    .getByRole('link', { name: /Old crew/ })
    .click({ button: 'right' });
  await first.page.getByRole('menuitem', { name: 'Bring back' }).click();
  await list().getByRole('radio', { name: 'All' }).check({ force: true });
  for (const page of [first.page, second.page])
    await list(page)
      .getByRole('link', { name: /Old crew/ })
      .waitFor();
  await closeAll(devices);
});

test('chats are archived, filtered and brought back on every device, and what was done is undone', async () => {
  const people = await seedPeople(platform, 3, 'archive');
  const devices = [];
  for (const person of people) devices.push(await connectDevice(platform, person, { deviceClass: 'setup' }));
  const [mine, ann, bob] = devices as [Device, Device, Device];
  const group = await createGroup(devices, 'Harbour crew');
  const { conversation } = await mine.client.request('directOpen', { user: people[1]!.id });
  const direct = conversation.conversation;
  await ann.say(direct, 'ahoy');
  await bob.say(group, 'all aboard');
  const { page } = await browser.open(platform.gateUrl);
  const chinese = (await browser.open(platform.gateUrl, { locale: 'zh-CN' })).page;
  await logIn(page, people[0]!);
  await chinese.getByLabel(zh['login.email']).fill(people[0]!.email);
  await chinese.getByLabel(zh['login.password'], { exact: true }).fill(people[0]!.password);
  await chinese.getByRole('button', { name: zh['login.submit'] }).click();
  const row = (at: Page, name: string) => at.getByRole('main').getByRole('link', { name: new RegExp(name) });
  const rows = (at: Page) => at.getByRole('main').getByRole('listitem').getByRole('link');
  const filter = (name: string, at = page) => at.getByRole('radio', { name: new RegExp(`^${name}`) });
  await row(page, 'Harbour crew').waitFor();
  await row(chinese, 'Harbour crew').waitFor();
  assert.equal(await filter('Archive').count(), 0, 'there is nothing in it');

  const archive = async () => {
    await row(page, 'Harbour crew').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Archive' }).click();
    for (const at of [page, chinese]) await row(at, 'Harbour crew').waitFor({ state: 'detached' });
  };
  await archive();
  await page
    .getByRole('region', { name: 'Notices' })
    .getByText('The conversation is in the archive')
    .waitFor();
  // With the keyboard at it, what is offered waits, however long the looking takes.
  await page.getByRole('button', { name: 'Undo' }).focus();
  for (const at of [page, chinese])
    for (const colorScheme of ['light', 'dark'] as const) {
      await at.emulateMedia({ colorScheme });
      assert.deepEqual(await violations(at), []);
    }
  await page.keyboard.press('Control+z');
  for (const at of [page, chinese]) await row(at, 'Harbour crew').waitFor();
  await archive();
  await section(page, 'Chats').getByText('1 unread').waitFor({ state: 'attached' });
  await page.reload();
  await row(page, people[1]!.name).waitFor();
  await filter('Archive').focus();
  await page.keyboard.press('Space');
  await row(page, 'Harbour crew').waitFor();
  assert.equal(await rows(page).count(), 1);

  // What comes brings it back, on both.
  await bob.say(group, 'anybody there?');
  await row(page, 'Harbour crew').waitFor({ state: 'detached' });
  await row(chinese, 'Harbour crew').waitFor();
  await filter('All').focus();
  await page.keyboard.press('Space');
  await row(page, 'Harbour crew').waitFor();
  await filter('Groups').check({ force: true });
  await row(page, people[1]!.name).waitFor({ state: 'detached' });
  await filter('People').check({ force: true });
  await row(page, 'Harbour crew').waitFor({ state: 'detached' });
  await filter('Unread').check({ force: true });
  await row(page, 'Harbour crew').click();
  await message(page, 'anybody there?').waitFor();
  await filter('Unread')
    .and(page.getByRole('radio', { name: 'Unread 1' }))
    .waitFor();
  assert.equal(await row(page, 'Harbour crew').count(), 1, 'it stays while it is open');
  await row(page, people[1]!.name).click();
  await message(page, 'ahoy').waitFor();
  await row(page, 'Harbour crew').waitFor({ state: 'detached' });

  // Silenced, it stays there whatever comes.
  await filter('All').check({ force: true });
  await row(page, 'Harbour crew').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Silence' }).click();
  await row(chinese, 'Harbour crew')
    .getByLabel(zh['chats.silenced'] as string)
    .waitFor();
  await archive();
  await bob.say(group, 'nobody, it seems');
  await ann.say(direct, 'the other one is quiet');
  await row(chinese, 'the other one is quiet').waitFor();
  assert.equal(await row(chinese, 'Harbour crew').count(), 0);
  await chinese.getByRole('radio', { name: /^归档/ }).check({ force: true });
  await row(chinese, 'nobody, it seems').click({ button: 'right' });
  await chinese.getByRole('menuitem', { name: zh['chats.bringBack'] as string }).click();
  await row(page, 'Harbour crew').waitFor();
  await closeAll(devices);
});

test('all is marked as read, also what has not been scrolled to', async () => {
  const { people } = await seedFriends(platform);
  await seedGroups(platform, people, 250);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await section(page, 'Chats')
    .getByText(/\d+ unread/)
    .waitFor();
  await page.getByRole('button', { name: 'Actions for all chats' }).click();
  await page.getByRole('menuitem', { name: 'Mark all as read' }).click();
  await section(page, 'Chats')
    .getByText(/unread/)
    .waitFor({ state: 'detached' });
  const other = await connectDevice(platform, people[0], { deviceClass: 'phone' });
  await eventually(
    'the node knows it',
    async () => {
      const pages = other.client.conversations({ pageSize: 200 });
      while (!pages.done) if ((await pages.next()).some(({ unread }) => unread > 0)) return false;
      return true;
    },
    60_000,
  );
  await closeAll([other]);
  await page.reload();
  await page.getByRole('link', { name: /Group 249/ }).waitFor();
  assert.equal(
    await section(page, 'Chats')
      .getByText(/unread/)
      .count(),
    0,
  );
});

test('whoever has blocked, or is no friend, sees why there is nothing to write with; of the other’s block only its effect', async () => {
  const { people } = await seedFriends(platform);
  const [mine, theirs] = [await browser.open(platform.gateUrl), await browser.open(platform.gateUrl)];
  await logIn(mine.page, people[0]);
  await logIn(theirs.page, people[1]);
  await openChat(mine.page, people[1].name);
  await openChat(theirs.page, people[0].name);
  const composer = (page = mine.page) => page.getByRole('textbox', { name: /^Message to/ });
  await composer().waitFor();
  const other = await connectDevice(platform, people[0], { deviceClass: 'phone' });

  // On another device of the same person.
  await other.client.request('block', { user: people[1].id });
  await mine.page.getByText(`You have blocked ${people[1].name}.`).waitFor();
  assert.equal(await composer().count(), 0);
  // The other one is not told, until they write.
  await send(theirs.page, 'are you there?');
  await theirs.page.getByText(`You cannot write to ${people[0].name} at the moment.`).waitFor();
  await message(theirs.page, 'are you there?')
    .getByText(/^Not sent/)
    .waitFor();
  await mine.page.reload();
  await mine.page.getByText(`You have blocked ${people[1].name}.`).waitFor();
  await mine.page.getByRole('button', { name: 'Unblock' }).click();
  await composer().waitFor();
  await message(theirs.page, 'are you there?').getByRole('button', { name: 'Send again' }).click();
  await message(mine.page, 'are you there?').waitFor();
  await composer(theirs.page).waitFor();

  await other.client.request('friendRemove', { user: people[1].id });
  for (const [page, name] of [
    [mine.page, people[1].name],
    [theirs.page, people[0].name],
  ] as const) {
    await page.getByText(`You and ${name} are not friends.`).waitFor();
  }
  await closeAll([other]);
});
