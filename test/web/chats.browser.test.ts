import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { befriend, closeAll, connectDevice, createGroup, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { logIn, message, nodeOf, openChat, section, send, texts, twoAtTheirPages } from './screens.ts';
import { seedFriends } from './seeds.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

test('two people on two nodes talk: typing, delivery, read marks, replies', async () => {
  const { people } = await seedFriends(platform);
  const [mine, theirs] = await twoAtTheirPages(browser, platform.gateUrl, people);
  assert.notEqual(await nodeOf(mine.page), await nodeOf(theirs.page));

  await mine.page.getByRole('textbox', { name: /^Message to/ }).pressSequentially('Ahoy');
  await theirs.page.getByText(`${people[0].name} is typing…`).waitFor();
  await mine.page.keyboard.press('Enter');
  await message(theirs.page, 'Ahoy').waitFor();
  await message(mine.page, 'Ahoy').getByLabel('Read', { exact: true }).waitFor();

  await message(theirs.page, 'Ahoy').hover();
  await message(theirs.page, 'Ahoy').getByRole('button', { name: 'Message actions' }).click();
  await theirs.page.getByRole('menuitem', { name: 'Reply', exact: true }).click();
  await theirs.page.getByText(`Reply to ${people[0].name}`).waitFor();
  await send(theirs.page, 'Ahoy yourself');
  const answer = message(mine.page, 'Ahoy yourself');
  await answer.getByRole('button', { name: /^You/ }).waitFor();
  assert.deepEqual([...mine.complaints, ...theirs.complaints], []);
});

test('a message that comes while one is elsewhere counts as unread until it is seen', async () => {
  const { people, conversation } = await seedFriends(platform);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await page.getByRole('link', { name: people[1].name }).waitFor();
  const other = await connectDevice(platform, people[1]);
  for (const text of ['one', 'two', 'three']) await other.say(conversation, text);
  await page.getByRole('link', { name: new RegExp(`${people[1].name}.*three.*3 unread`, 's') }).waitFor();
  await section(page, 'Chats').getByText('3 unread').waitFor();
  await page.waitForFunction(() => document.title === '(3) Berth');

  await openChat(page, people[1].name);
  await page.getByText('New messages', { exact: true }).waitFor();
  assert.deepEqual(await texts(page), ['one', 'two', 'three']);
  await page.waitForFunction(() => document.title === 'Berth');
  await eventually('the sender hears that it was read', () => other.client.receipts(conversation).read === 3);
  // The other one has it and has not looked at it.
  await send(page, 'four');
  await message(page, 'four').getByLabel('Delivered').waitFor();
  await closeAll([other]);
});

test('Enter sends, Shift+Enter breaks the line, an input method keeps its Enter', async () => {
  const { people } = await seedFriends(platform);
  const { page, context } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  const field = page.getByRole('textbox', { name: /^Message to/ });
  await field.pressSequentially('first line');
  await field.press('Shift+Enter');
  await field.pressSequentially('second line');
  await field.press('Enter');
  await eventually(
    'the message in two lines',
    async () => (await texts(page)).at(-1) === 'first line\nsecond line',
  );

  const devtools = await context.newCDPSession(page);
  await devtools.send('Input.imeSetComposition', { text: 'ni', selectionStart: 2, selectionEnd: 2 });
  // What a browser reports of the Enter that chooses a word.
  const taken = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 229 };
  await devtools.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...taken });
  await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', ...taken });
  assert.equal((await texts(page)).length, 1);
  await field.fill('你好');
  await field.press('Enter');
  await message(page, '你好').waitFor();
});

test('emoji are found by words and put where the cursor is', async () => {
  const { people } = await seedFriends(platform);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await page.getByRole('textbox', { name: /^Message to/ }).fill('Let us sail');
  await page.getByRole('button', { name: 'Emoji' }).click();
  const search = page.getByRole('combobox', { name: 'Search emoji' });
  await search.fill('帆船');
  await search.press('Enter');
  await page.keyboard.press('Escape');
  const field = page.getByRole('textbox', { name: /^Message to/ });
  await eventually('the emoji in the field', async () => (await field.inputValue()) === 'Let us sail⛵');
});

test('drafts stay with their conversation, also over a reload', async () => {
  const { people } = await seedFriends(platform);
  const me = await connectDevice(platform, people[0], { deviceClass: 'setup' });
  const third = await connectDevice(platform, (await seedPeople(platform, 1, 'third'))[0]!);
  await befriend(me, third);
  await closeAll([me, third]);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await page.getByRole('textbox', { name: /^Message to/ }).fill('half a thought');
  await openChat(page, third.person.name);
  assert.equal(await page.getByRole('textbox', { name: /^Message to/ }).inputValue(), '');
  await page.getByRole('link', { name: /Draft: half a thought/ }).waitFor();
  await page.waitForFunction(() => JSON.stringify({ ...localStorage }).includes('half a thought'));
  await page.reload();
  await openChat(page, people[1].name);
  assert.equal(await page.getByRole('textbox', { name: /^Message to/ }).inputValue(), 'half a thought');
});

test('a conversation is pinned, silenced and found', async () => {
  const [me, ...others] = await seedPeople(platform, 4, 'pin');
  const devices = [];
  for (const person of [me!, ...others])
    devices.push(await connectDevice(platform, person, { deviceClass: 'setup' }));
  const group = await createGroup(devices, 'Lighthouse keepers');
  for (const device of devices.slice(1)) await device.say(group, `from ${device.person.name}`);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, me!);
  const list = page.getByRole('region', { name: 'Chats' });
  await list.getByRole('link', { name: /Lighthouse keepers/ }).waitFor();
  await list.getByRole('link', { name: others[0]!.name }).last().click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Pin' }).click();
  await eventually('the pinned one is first', async () =>
    (await list.getByRole('link').first().innerText()).includes(others[0]!.name),
  );
  await openChat(page, 'Lighthouse keepers');
  await page.getByRole('main').getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Silence' }).click();
  await list.getByLabel('Silenced').waitFor();
  const search = page.getByRole('searchbox', { name: 'Search chats' });
  await search.fill('lighth');
  await eventually('one is found', async () => (await list.getByRole('link').count()) === 1);
  await search.fill('nobody of this name');
  await page.getByText('Nothing found').waitFor();
  await search.press('Escape');
  await eventually('all are back', async () => (await list.getByRole('link').count()) === 4);
  await closeAll(devices);
});

test('what the server refuses is shown as failed, and can be sent again', async () => {
  const { people } = await seedFriends(platform);
  const [mine] = await twoAtTheirPages(browser, platform.gateUrl, people);
  const other = await connectDevice(platform, people[1], { deviceClass: 'setup' });
  await other.client.request('block', { user: people[0].id });
  await send(mine.page, 'Can you hear me?');
  await mine.page.getByText('Not sent: One of you has blocked the other.').waitFor();
  await other.client.request('unblock', { user: people[0].id });
  await mine.page.getByRole('button', { name: 'Send again' }).click();
  await message(mine.page, 'Can you hear me?')
    .getByLabel(/^(Sent|Delivered|Read)$/)
    .waitFor();
  await closeAll([other]);
});

test('in a group one sees that a message was read, also after a reload', async () => {
  const people = await seedPeople(platform, 3, 'marks');
  const devices = [];
  for (const person of people) devices.push(await connectDevice(platform, person, { deviceClass: 'setup' }));
  const group = await createGroup(devices, 'Watch list');
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]!);
  await openChat(page, 'Watch list');
  await send(page, 'Who is awake?');
  await message(page, 'Who is awake?').getByLabel('Sent').waitFor();
  devices[1]!.client.markRead(group, 1);
  await message(page, 'Who is awake?').getByLabel('Read', { exact: true }).waitFor();
  await page.reload();
  await openChat(page, 'Watch list');
  await message(page, 'Who is awake?').getByLabel('Read', { exact: true }).waitFor();
  await closeAll(devices);
});
