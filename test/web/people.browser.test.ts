import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { befriend, closeAll, connectDevice, createGroup, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { logIn, message, openChat, section, send } from './screens.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

test('someone is found by name, asked with a note and an alias, sees it at once, accepts, and both talk', async () => {
  const [asker, asked] = await seedPeople(platform, 2, 'meet');
  const mine = await browser.open(platform.gateUrl);
  const theirs = await browser.open(platform.gateUrl);
  await logIn(mine.page, asker!);
  await logIn(theirs.page, asked!);
  const { page } = mine;
  await section(page, 'Contacts').click();
  const search = page.getByRole('combobox', { name: 'Find people' });
  const found = page.getByRole('option', { name: asked!.name });

  await test('the panel closes by Escape and by a click elsewhere', async () => {
    await search.fill(asked!.name);
    await found.waitFor();
    await page.keyboard.press('Escape');
    await found.waitFor({ state: 'detached' });
    await search.fill(asked!.name.slice(0, -1));
    await found.waitFor();
    await page.getByText('Choose someone').click();
    await found.waitFor({ state: 'detached' });
  });
  await test('nobody is found by a name that nobody has', async () => {
    await search.fill('no-such-name-here');
    await page.getByText('Nobody is called so.').waitFor();
  });

  await search.fill(String(asked!.id));
  await found.click();
  await found.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Add friend' }).click();
  await page.getByLabel('Note').fill('From the regatta');
  await page.getByLabel('Your alias for them').fill('Regatta friend');
  await page.getByRole('button', { name: 'Send request' }).click();
  await page.getByRole('button', { name: 'Request sent' }).waitFor();

  await section(theirs.page, 'Contacts').getByText('1 request').waitFor();
  await section(theirs.page, 'Contacts').click();
  await theirs.page.getByRole('link', { name: /Requests.*1/ }).click();
  await theirs.page.getByText('From the regatta').waitFor();
  await theirs.page.getByRole('button', { name: 'Accept' }).click();
  await theirs.page.getByText('Accepted').waitFor();
  const writeTo = theirs.page.getByRole('button', { name: 'Message' });
  await writeTo.waitFor();
  await eventually('the keyboard is on it', () =>
    writeTo.evaluate((button) => button === document.activeElement),
  );

  await page.getByRole('heading', { name: 'Regatta friend', exact: true }).waitFor();
  const friend = page
    .getByRole('region', { name: 'Contacts' })
    .getByRole('link', { name: /Regatta friend.*Online/s });
  await friend.waitFor();
  await page.getByRole('button', { name: 'Message' }).click();
  await send(page, 'We meet again');
  await section(theirs.page, 'Chats').click();
  await openChat(theirs.page, asker!.name);
  await message(theirs.page, 'We meet again').waitFor();
  await theirs.context.close();
  await section(page, 'Contacts').click();
  await page.getByRole('link', { name: /Regatta friend.*Offline/s }).waitFor({ timeout: 30_000 });
  assert.deepEqual(mine.complaints, []);
});

test('someone is found by a word of the display name, with the keyboard, and friends before strangers', async () => {
  const [me, friend, stranger, chinese] = await seedPeople(platform, 4, 'sought');
  const devices = [];
  for (const [person, nick] of [
    [me, 'Seeker'],
    [friend, 'Old Lighthouse'],
    [stranger, 'Lighthouse'],
    [chinese, '灯塔看守人'],
  ] as const) {
    const device = await connectDevice(platform, person!, { deviceClass: 'setup' });
    await device.client.request('profileUpdate', { nick });
    devices.push(device);
  }
  await befriend(devices[0]!, devices[1]!);
  await closeAll(devices);
  const { page, complaints } = await browser.open(platform.gateUrl);
  await logIn(page, me!);
  await section(page, 'Contacts').click();
  const search = page.getByRole('combobox', { name: 'Find people' });
  const names = () => page.getByRole('option').allInnerTexts();
  await search.fill('lighth');
  await page.getByRole('option', { name: /Old Lighthouse.*Friend/s }).waitFor();
  assert.match((await names()).join('|'), /^OL\nOld Lighthouse[^|]*\|L\nLighthouse[^|]*$/);
  await search.fill('看守');
  await page.getByRole('option', { name: /灯塔看守人/ }).waitFor();
  await search.press('ArrowDown');
  await search.press('Enter');
  await page.getByRole('heading', { name: '灯塔看守人' }).waitFor();
  assert.deepEqual(complaints, []);
});

test('a request is declined, and leaves the asker a stranger', async () => {
  const [asker, asked] = await seedPeople(platform, 2, 'decline');
  const device = await connectDevice(platform, asker!);
  await device.client.request('friendRequest', { user: asked!.id, note: 'please' });
  const { page } = await browser.open(`${platform.gateUrl}/#/contacts/requests`);
  await logIn(page, asked!);
  await page.goto(`${platform.gateUrl}/#/contacts/requests`);
  await page.getByRole('button', { name: 'Decline' }).click();
  await page.getByText('Declined', { exact: true }).waitFor();
  await section(page, 'Contacts').getByText('1 request').waitFor({ state: 'detached' });
  await closeAll([device]);
});

test('a friend gets another alias, is removed, blocked and unblocked', async () => {
  const [me, other] = await seedPeople(platform, 2, 'friend');
  const devices = [
    await connectDevice(platform, me!, { deviceClass: 'setup' }),
    await connectDevice(platform, other!, { deviceClass: 'setup' }),
  ] as const;
  await befriend(...devices);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, me!);
  await section(page, 'Contacts').click();
  await page.getByRole('link', { name: other!.name }).click();
  const act = async (name: string) => {
    await page.getByRole('main').getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name }).click();
  };
  await act('Change alias');
  await page.getByRole('textbox', { name: 'Alias' }).fill('Captain');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Captain' }).waitFor();
  await page.getByRole('link', { name: /Captain/ }).waitFor();

  await act('Block');
  await page.getByText('Blocked', { exact: true }).waitFor();
  await section(page, 'Settings').click();
  await page.getByRole('link', { name: 'Blocked people' }).click();
  await page.getByRole('main').getByText(other!.name).waitFor();
  await page.getByRole('button', { name: 'Unblock' }).click();
  await page.getByText('Nobody is blocked').waitFor();

  await page.goto(`${platform.gateUrl}/#/contacts/${other!.id}`);
  await act('Remove friend');
  await page.getByRole('button', { name: 'Add friend' }).waitFor();
  await page
    .getByRole('dialog', { name: /is no longer your friend/ })
    .getByRole('button', { name: 'Undo' })
    .click();
  await page.getByRole('button', { name: 'Message' }).waitFor();
  await act('Remove friend');
  await page.getByRole('button', { name: 'Add friend' }).waitFor();
  // Nobody has undone it.
  const isStranger = async () => {
    const { friends } = await devices[1].client.request('friends', {});
    return friends.every(({ id }) => id !== me!.id);
  };
  await eventually('the other one is told', isStranger, 45_000);
  await closeAll([...devices]);
});

test('a group is created from contacts, renamed, grows, and its members are led', async () => {
  const [owner, ...others] = await seedPeople(platform, 4, 'crew');
  const devices = [];
  for (const person of [owner!, ...others])
    devices.push(await connectDevice(platform, person, { deviceClass: 'setup' }));
  for (const device of devices.slice(1)) await befriend(devices[0]!, device);
  const mine = await browser.open(platform.gateUrl);
  const theirs = await browser.open(platform.gateUrl);
  await logIn(mine.page, owner!);
  await logIn(theirs.page, others[0]!);
  const { page } = mine;
  await page.getByRole('button', { name: 'New group' }).click();
  await page.getByLabel('Name of the group').fill('Night watch');
  for (const person of others.slice(0, 2)) await page.getByRole('checkbox', { name: person.name }).check();
  await page.getByText('2 chosen').waitFor();
  await page.getByRole('button', { name: 'Create group' }).click();
  await page.getByRole('heading', { name: 'Night watch' }).waitFor();
  await openChat(theirs.page, 'Night watch');
  await send(theirs.page, 'On deck');
  await message(page, 'On deck').getByText(others[0]!.name).waitFor();

  await page.getByRole('button', { name: 'Group details' }).click();
  const panel = page.getByRole('dialog', { name: 'Group details' });
  await panel.getByRole('button', { name: 'Rename' }).click();
  await page.getByLabel('Name of the group').fill('Dawn watch');
  await page.getByRole('button', { name: 'Save' }).click();
  await theirs.page.getByRole('heading', { name: 'Dawn watch' }).waitFor();

  await panel.getByRole('button', { name: 'Invite' }).click();
  await page.getByRole('checkbox', { name: others[2]!.name }).check();
  await page.getByRole('dialog', { name: 'Invite friends' }).getByRole('button', { name: 'Invite' }).click();
  const member = (name: string) => panel.getByRole('listitem').filter({ hasText: name });
  await member(others[2]!.name).waitFor();
  await theirs.page.getByText('4 members').first().waitFor();

  const act = async (person: string, name: string | RegExp) => {
    await panel.getByRole('button', { name: `Actions for ${person}` }).click();
    await page.getByRole('menuitem', { name }).click();
  };
  await act(others[1]!.name, 'Make admin');
  await member(others[1]!.name).getByText('Admin').waitFor();
  await act(others[0]!.name, 'Mute for 1 hour');
  await member(others[0]!.name).getByText('Muted').waitFor();
  await theirs.page.getByText(/You are muted until/).waitFor();
  await act(others[0]!.name, 'Unmute');
  await theirs.page.getByRole('textbox', { name: /^Message to/ }).waitFor();
  await act(others[0]!.name, 'Remove from group');
  await theirs.page.getByText('You are no longer a member of this group.').waitFor();
  await message(theirs.page, 'On deck').waitFor();

  await panel.getByRole('button', { name: 'Leave group' }).click();
  await page.getByText('You are no longer a member of this group.').waitFor();
  assert.deepEqual([...mine.complaints, ...theirs.complaints], []);
  await closeAll(devices);
});

test('the members of a large group are loaded as one scrolls', async () => {
  const people = await seedPeople(platform, 2, 'large');
  const devices = [];
  for (const person of people) devices.push(await connectDevice(platform, person, { deviceClass: 'setup' }));
  const group = await createGroup(devices, 'The whole port');
  const crowd = await seedPeople(platform, 150, 'crowd');
  for (const { id } of crowd) {
    await platform.db.run('INSERT INTO members (conversation_id, user_id, joined_seq) VALUES (?, ?, 0)', [
      group,
      id,
    ]);
  }
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]!);
  await openChat(page, 'The whole port');
  await page.getByRole('button', { name: 'Group details' }).click();
  const panel = page.getByRole('dialog', { name: 'Group details' });
  await panel.getByText(people[1]!.name).waitFor();
  await panel.getByText(crowd[0]!.name).hover();
  await eventually(
    'the last member',
    async () => {
      await page.mouse.wheel(0, 4_000);
      return panel.getByText(crowd.at(-1)!.name).isVisible();
    },
    20_000,
  );
  await closeAll(devices);
});

test('a message that comes while one looks elsewhere is notified, unless it is silenced', async () => {
  const [me, other] = await seedPeople(platform, 2, 'notify');
  const devices = [
    await connectDevice(platform, me!, { deviceClass: 'setup' }),
    await connectDevice(platform, other!),
  ] as const;
  const conversation = await befriend(...devices);
  const { page, context } = await browser.open(platform.gateUrl);
  await context.grantPermissions(['notifications']);
  // What the system would be asked to show; and a page that is not looked at.
  await page.evaluate(() => {
    const shown: string[] = [];
    class Recorded {
      static permission = 'granted';
      static requestPermission = async () => 'granted';
      constructor(title: string, options: { body: string }) {
        shown.push(`${title}: ${options.body}`);
      }
    }
    Object.assign(window, { shown, Notification: Recorded });
    document.hasFocus = () => false;
  });
  await logIn(page, me!);
  await section(page, 'Settings').click();
  await page.getByRole('link', { name: 'Notifications' }).click();
  await page.getByRole('switch', { name: /^Notifications/ }).click();
  await devices[1].say(conversation, 'Are you there?');
  await page.waitForFunction(() => (window as unknown as { shown: string[] }).shown.length === 1);
  await section(page, 'Chats').click();
  await page.getByRole('link', { name: other!.name }).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Silence' }).click();
  await page.getByRole('region', { name: 'Chats' }).getByLabel('Silenced').waitFor();
  await devices[1].say(conversation, 'Hello?');
  await page.getByRole('link', { name: /Hello\?/ }).waitFor();
  const shown = await page.evaluate(() => (window as unknown as { shown: string[] }).shown);
  assert.deepEqual(shown, [`${other!.name}: Are you there?`]);
  await closeAll([...devices]);
});

test('profile and settings are changed and seen by others', async () => {
  const [me, other] = await seedPeople(platform, 2, 'profile');
  const devices = [
    await connectDevice(platform, me!, { deviceClass: 'setup' }),
    await connectDevice(platform, other!, { deviceClass: 'setup' }),
  ] as const;
  await befriend(...devices);
  const { page } = await browser.open(platform.gateUrl);
  const theirs = await browser.open(platform.gateUrl);
  await logIn(page, me!);
  await logIn(theirs.page, other!);
  await section(page, 'Settings').click();
  await page.getByRole('link', { name: 'Profile' }).click();
  await page.getByLabel('Display name').fill('Noor 努尔');
  await page.getByLabel('About you').fill('Ropes and paint');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved').waitFor();
  await theirs.page.getByRole('link', { name: /Noor 努尔/ }).waitFor();
  await section(theirs.page, 'Contacts').click();
  await theirs.page.getByRole('link', { name: /Noor 努尔/ }).click();
  await theirs.page.getByText('Ropes and paint').waitFor();

  await page.getByRole('link', { name: 'Appearance' }).click();
  await page.getByRole('radio', { name: 'Dark' }).click();
  await page.waitForFunction(() => getComputedStyle(document.documentElement).colorScheme === 'dark');
  await page.reload();
  await page.waitForFunction(() => getComputedStyle(document.documentElement).colorScheme === 'dark');
  await page.getByRole('radio', { name: '简体中文' }).click();
  await page.getByRole('heading', { name: '外观' }).waitFor();
  await page.getByRole('link', { name: '通知' }).click();
  await page.getByRole('switch', { name: /声音/ }).click();
  assert.equal(await page.getByRole('switch', { name: /声音/ }).getAttribute('aria-checked'), 'false');
  await closeAll([...devices]);
});
