import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import { zh as acts } from '../../apps/web/src/acts/acts-catalogue.ts';
import { zh } from '../../apps/web/src/i18n/zh.ts';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { usePlatform } from '../harness/platform.ts';
import { violations } from './axe.ts';
import { logIn, message, openChat, send } from './screens.ts';
import { seedFriends } from './seeds.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

/** Opens the menu of a message, as with the keyboard. */
async function choose(page: Page, text: string, item: string): Promise<void> {
  await message(page, text).getByRole('button', { name: 'Message actions' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: item, exact: true }).press('Enter');
  await page.getByRole('menu').waitFor({ state: 'detached' });
}

async function more(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'More actions', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: item, exact: true }).press('Enter');
  await page.getByRole('menu').waitFor({ state: 'detached' });
}

async function assertClean(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), []);
  }
}

test('messages are pinned, passed on and bookmarked, polls asked and texts sent later', async (t) => {
  const { people } = await seedFriends(platform);
  const [one, other] = people;
  const ann = (await browser.open(platform.gateUrl)).page;
  await logIn(ann, one);
  await openChat(ann, other.name);
  const options = {
    locale: 'zh-CN',
    serviceWorkers: 'block',
    viewport: { width: 360, height: 740 },
  } as const;
  const bob = (await browser.open(platform.gateUrl, options)).page;
  await bob.getByLabel(zh['login.email']).fill(other.email);
  await bob.getByLabel(zh['login.password'], { exact: true }).fill(other.password);
  await bob.getByRole('button', { name: zh['login.submit'] }).click();
  await bob.getByRole('link', { name: one.name }).click();
  await bob.getByRole('feed').waitFor();
  const sideways = () =>
    bob.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  await t.test('a pin shows over the conversation for both, and leads to its message', async () => {
    await send(ann, 'the tide is at noon');
    await message(bob, 'at noon').waitFor();
    await choose(ann, 'at noon', 'Pin');
    const bar = bob.getByRole('region', { name: acts.pins as string });
    await bar.getByText('the tide is at noon').waitFor();
    await assertClean(bob);
    assert.ok((await sideways()) <= 0, 'no wider than a phone');
    await ann.getByRole('button', { name: 'All pinned messages' }).click();
    const list = ann.getByRole('dialog', { name: 'Pinned messages' });
    await list.getByText('the tide is at noon').waitFor();
    await assertClean(ann);
    await list.getByRole('button', { name: 'Unpin' }).click();
    await list.getByText('Nothing is pinned here.').waitFor();
    await ann.keyboard.press('Escape');
    await bar.waitFor({ state: 'detached' });
  });

  await t.test('a message is passed on, and says whose words it has', async () => {
    await choose(ann, 'at noon', 'Forward');
    const dialog = ann.getByRole('dialog', { name: 'Forward to' });
    await dialog.getByRole('checkbox', { name: other.name }).click();
    await assertClean(ann);
    await dialog.getByRole('button', { name: 'Forward 1 message' }).click();
    await dialog.waitFor({ state: 'detached' });
    await ann.getByText('Forwarded from').waitFor();
    await bob.getByText((acts['forward.from'] as string).split('{')[0]!).waitFor();
  });

  await t.test('a bookmark is one’s own, and leads to its message', async () => {
    await send(ann, 'the code of the gate is 4711');
    await choose(ann, '4711', 'Bookmark');
    await ann.getByRole('button', { name: 'Actions for all chats' }).click();
    await ann.getByRole('menuitem', { name: 'Bookmarks' }).click();
    const dialog = ann.getByRole('dialog', { name: 'Bookmarks' });
    await dialog.getByText('4711').waitFor();
    await assertClean(ann);
    await dialog.getByRole('button', { name: /4711/ }).click();
    await dialog.waitFor({ state: 'detached' });
    await choose(ann, '4711', 'Remove bookmark');
  });

  await t.test('a poll is asked with the keyboard, voted on by both and closed', async () => {
    await more(ann, 'New poll');
    const dialog = ann.getByRole('dialog', { name: 'New poll' });
    await dialog.getByLabel('Question').fill('Where do we meet?');
    await dialog.getByLabel('Option 1').fill('pier');
    await dialog.getByLabel('Option 2').fill('pier');
    await dialog.getByRole('button', { name: 'Ask' }).click();
    await dialog.getByText('Two options are equal.').waitFor();
    await dialog.getByLabel('Option 2').fill('quay');
    await assertClean(ann);
    await dialog.getByRole('button', { name: 'Ask' }).click();
    await dialog.waitFor({ state: 'detached' });
    await bob.getByRole('button', { name: /^quay/ }).click();
    await ann.getByRole('button', { name: /^quay 1 vote/ }).waitFor();
    await ann.getByRole('button', { name: /^quay/ }).click();
    await ann.getByRole('button', { name: /^quay 2 votes/, pressed: true }).waitFor();
    await bob.getByRole('button', { name: /^quay/, pressed: true }).waitFor();
    await assertClean(ann);
    await assertClean(bob);
    assert.ok((await sideways()) <= 0, 'no wider than a phone');
    await ann.getByRole('button', { name: 'Who voted' }).click();
    const votes = ann.getByRole('dialog', { name: 'Who voted' });
    await votes.getByText(other.name).waitFor();
    await ann.keyboard.press('Escape');
    await ann.getByRole('button', { name: 'Close the poll' }).click();
    await bob.getByText(acts['poll.closed'] as string).waitFor();
  });

  await t.test('a text is sent later, changed and cancelled before', async () => {
    await more(ann, 'Send later');
    const dialog = ann.getByRole('dialog', { name: 'Send later' });
    await dialog.getByLabel('Message').fill('happy new year');
    await dialog.getByRole('button', { name: 'Send later' }).click();
    await dialog.getByRole('region', { name: 'To be sent' }).getByText('happy new year').waitFor();
    await assertClean(ann);
    await dialog.getByRole('button', { name: 'Edit' }).click();
    await dialog.getByLabel('Message').fill('happy old year');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('region', { name: 'To be sent' }).getByText('happy old year').waitFor();
    await dialog.getByLabel('Message').fill('too late');
    await dialog.getByLabel('When').fill('2020-01-01T12:00');
    await dialog.getByRole('button', { name: 'Send later' }).click();
    await dialog.getByRole('alert').getByText('Choose a time').waitFor();
    await dialog.getByRole('button', { name: 'Do not send' }).click();
    await dialog.getByRole('region', { name: 'To be sent' }).waitFor({ state: 'detached' });
    await ann.keyboard.press('Escape');
  });

  await t.test('what is typed, and marked as unread, is the same on another device', async () => {
    const field = ann.getByRole('textbox', { name: /^Message to/ });
    await field.fill('half a thought');
    const second = (await browser.open(platform.gateUrl)).page;
    await logIn(second, one);
    await second.getByRole('link', { name: /Draft: half a thought/ }).waitFor();
    await openChat(second, other.name);
    const there = second.getByRole('textbox', { name: /^Message to/ });
    assert.equal(await there.inputValue(), 'half a thought');
    await there.fill('a whole thought');
    await eventually('it is here, too', async () => (await field.inputValue()) === 'a whole thought');
    await more(ann, 'Mark as unread');
    await second.getByRole('img', { name: 'Marked as unread' }).waitFor();
  });
});
