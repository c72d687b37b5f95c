import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { befriend, closeAll, connectDevice, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { focused, tabTo } from './by-keys.ts';
import { holdAnswers, logIn, message, openChat, send } from './screens.ts';
import { seedFriends, seedMessages, wordsOf } from './seeds.ts';
import { tellStory } from './story.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

test('the keyboard alone is enough: log in, choose a conversation, reply, find someone, log out', async () => {
  const { hero, end } = await tellStory(platform);
  const { page } = await browser.open(platform.gateUrl);
  const { keyboard } = page;
  await page.getByRole('textbox', { name: 'E-mail address' }).waitFor();
  await keyboard.type(hero.email);
  await tabTo(page, /^textbox ".*Password/);
  await keyboard.type(hero.password);
  await keyboard.press('Enter');
  await page.getByRole('link', { name: /Harbour crew/ }).waitFor();

  await tabTo(page, /^link ".*Harbour crew/);
  await keyboard.press('ArrowDown');
  await keyboard.press('ArrowUp');
  await keyboard.press('Enter');
  await message(page, 'See you at the pier').waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === 'TEXTAREA');
  await keyboard.type('All by keyboard');
  await keyboard.press('Enter');
  await message(page, 'All by keyboard').waitFor();
  await tabTo(page, /^article /, 'Shift+Tab');
  await keyboard.press('ArrowUp');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-posinset') === '10');
  await tabTo(page, /^button "Message actions"/);
  await keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Reply', exact: true }).waitFor();
  // The menu shows a moment before the keyboard is in it.
  await page.waitForFunction(() => document.activeElement?.role === 'menuitem');
  await keyboard.press('Enter');
  await page.getByText(/^Reply to/).waitFor();
  await keyboard.press('Escape');

  // A dialog begins where one writes, or at its top, and one Escape closes it.
  await tabTo(page, /^button "Group details"/, 'Shift+Tab');
  await keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Group details' }).getByText('Owner').waitFor();
  await tabTo(page, /^button "Rename"/);
  await keyboard.press('Enter');
  const renaming = page.getByRole('dialog', { name: 'Rename' });
  await page.waitForFunction(() => document.activeElement?.tagName === 'INPUT');
  await keyboard.press('Escape');
  await renaming.waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.textContent === 'Rename');
  await keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.ariaLabel === 'Group details');

  await tabTo(page, /^link ".*Contacts/, 'Shift+Tab');
  await keyboard.press('Enter');
  // A room's code is loaded when it is first entered.
  await page.getByRole('combobox', { name: 'Find people' }).waitFor();
  await tabTo(page, /^combobox ".*Find people/);
  await keyboard.type('crew');
  await page.getByRole('option').first().waitFor();
  await keyboard.press('ArrowDown');
  await keyboard.press('Enter');
  await page.getByRole('main').getByText('User name').waitFor();
  await tabTo(page, /^link ".*Settings/, 'Shift+Tab');
  await keyboard.press('Enter');
  await page.getByRole('button', { name: 'Log out' }).waitFor();
  await tabTo(page, /^button ".*Log out/);
  await keyboard.press('Enter');
  await page.getByRole('alertdialog').waitFor();
  await tabTo(page, /^button ".*Log out/);
  await keyboard.press('Enter');
  await page.getByText('You are logged out.').waitFor();
  await end();
});

/** The seq of the message that has the focus. */
const focusedSeq = (page: Page): Promise<number> =>
  page.evaluate(() => Number((document.activeElement as HTMLElement).dataset.seq));

test('the focus stays with its message while it is loaded, and when the list is scrolled away from it', async () => {
  const { people, conversation } = await seedFriends(platform);
  await seedMessages(platform, conversation, people, 200);
  const { page } = await browser.open('about:blank');
  const answers = await holdAnswers(page);
  await page.goto(platform.gateUrl);
  await logIn(page, people[0]);
  await page.getByRole('link', { name: people[1].name }).waitFor();

  answers.hold();
  await openChat(page, people[1].name);
  await send(page, 'on its way');
  await message(page, 'on its way').getByLabel('Waiting to be sent').waitFor();
  await tabTo(page, /^article "You/, 'Shift+Tab');
  for (let presses = 0; presses < 3; presses++) await page.keyboard.press('ArrowUp');
  assert.equal(await focusedSeq(page), 198);
  assert.equal(await page.getByText(wordsOf(198)).count(), 0, 'not loaded yet');
  answers.release();
  await page.getByText(wordsOf(198), { exact: true }).waitFor();
  await message(page, 'on its way').getByLabel('Sent').waitFor();
  assert.equal(await focusedSeq(page), 198);

  await page.getByRole('feed').evaluate((feed) => feed.scrollTo(0, 0));
  await page.getByText(wordsOf(1), { exact: true }).waitFor();
  assert.equal(await focusedSeq(page), 198);
  await page.keyboard.press('ArrowUp');
  assert.equal(await focusedSeq(page), 197);
  await eventually('in view again', () =>
    page.evaluate(() => {
      const row = document.activeElement!.getBoundingClientRect();
      const feed = document.activeElement!.closest('[role=feed]')!.getBoundingClientRect();
      return row.top >= feed.top && row.bottom <= feed.bottom;
    }),
  );
});

test('the focus stays with its conversation when others overtake it', async () => {
  const people = await seedPeople(platform, 4);
  const devices = [];
  for (const person of people) devices.push(await connectDevice(platform, person, { deviceClass: 'setup' }));
  const [mine, ...others] = devices as [(typeof devices)[0], ...typeof devices];
  const conversations: number[] = [];
  for (const other of others) {
    conversations.push(await befriend(mine, other));
    await other.say(conversations.at(-1)!, 'hello');
  }
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]!);
  const rows = page.getByRole('region', { name: 'Chats' }).getByRole('listitem').getByRole('link');
  await eventually('in the order of what was said', async () =>
    (await rows.first().innerText()).includes(people[3]!.name),
  );
  await tabTo(page, new RegExp(`^link ".*${people[3]!.name}`));
  await page.keyboard.press('ArrowDown');
  assert.match(await focused(page), new RegExp(people[2]!.name));
  await others[0]!.say(conversations[0]!, 'first now');
  await eventually('another is at the top', async () =>
    (await rows.first().innerText()).includes('first now'),
  );
  assert.match(await focused(page), new RegExp(people[2]!.name));
  assert.equal(
    await page.evaluate(() => (document.activeElement as HTMLElement).tabIndex),
    0,
    'Tab comes back to it',
  );
  await page.keyboard.press('ArrowUp');
  assert.match(await focused(page), new RegExp(people[3]!.name));
  await closeAll(devices);
});
