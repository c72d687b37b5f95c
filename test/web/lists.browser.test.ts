import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { closeAll, connectDevice, createGroup, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
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
  await first.page.getByRole('menuitem', { name: 'Put away' }).click();
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

  await list().getByRole('button', { name: 'Actions for all chats' }).click();
  await first.page.getByRole('menuitem', { name: 'Show what was put away' }).click();
  await openChat(first.page, 'Old crew');
  await message(first.page, 'so long').waitFor();
  await list()
    .getByRole('link', { name: /Old crew/ })
    .click({ button: 'right' });
  await first.page.getByRole('menuitem', { name: 'Bring back' }).click();
  for (const page of [first.page, second.page])
    await list(page)
      .getByRole('link', { name: /Old crew/ })
      .waitFor();
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
