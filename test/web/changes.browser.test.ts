import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { Locator, Page } from 'playwright-core';
import { zh } from '../../apps/web/src/i18n/zh.ts';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { usePlatform } from '../harness/platform.ts';
import { violations } from './axe.ts';
import { keptOnDevice, logIn, message, openChat, send } from './screens.ts';
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

/** One Escape closes it, and the keyboard is where it was before. */
async function leave(page: Page, dialog: Locator, text: string): Promise<void> {
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  const button = message(page, text).getByRole('button', { name: 'Message actions' });
  await eventually('focus is on the message', () => button.evaluate((it) => it === document.activeElement));
}

async function assertClean(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), []);
  }
}

test('a message is edited, reacted to and taken back, and both see it at once, one of them in Chinese', async () => {
  const { people } = await seedFriends(platform);
  const [one, other] = people;
  const ann = (await browser.open(platform.gateUrl)).page;
  await logIn(ann, one);
  await openChat(ann, other.name);
  const options = { locale: 'zh-CN', serviceWorkers: 'block' } as const;
  const bob = (await browser.open(platform.gateUrl, options)).page;
  await bob.getByLabel(zh['login.email']).fill(other.email);
  await bob.getByLabel(zh['login.password'], { exact: true }).fill(other.password);
  await bob.getByRole('button', { name: zh['login.submit'] }).click();
  await bob.getByRole('link', { name: one.name }).click();

  await send(ann, 'the tide is at noo');
  await message(bob, 'at noo').waitFor();
  const field = ann.getByRole('textbox', { name: /^Message to/ });
  // Up in an empty field takes the last one; Escape leaves it as it is.
  await field.press('ArrowUp');
  await ann.getByText('Edit your message').waitFor();
  await field.press('Escape');
  assert.equal(await field.inputValue(), '');
  await field.press('ArrowUp');
  assert.equal(await field.inputValue(), 'the tide is at noo');
  await field.fill('the tide is at noon');
  await field.press('Enter');
  await message(bob, 'the tide is at noon').getByText(zh['change.edited']).waitFor();
  await message(ann, 'the tide is at noon').getByText('edited').waitFor();
  assert.equal(await field.inputValue(), '');
  await choose(ann, 'at noon', 'Edit history');
  const history = ann.getByRole('dialog', { name: 'Edit history' });
  await history.getByText('the tide is at noo', { exact: true }).waitFor();
  await assertClean(ann);
  await leave(ann, history, 'at noon');

  await choose(ann, 'at noon', 'React');
  await ann.getByRole('combobox', { name: 'Search emoji' }).fill('anchor');
  await ann.keyboard.press('Enter');
  const chip = message(bob, 'at noon').getByRole('button', { name: /⚓/ });
  await chip.click();
  await message(ann, 'at noon')
    .getByRole('button', { name: /^⚓ 2\b/, pressed: true })
    .waitFor();
  await assertClean(ann);
  await assertClean(bob);
  await choose(ann, 'at noon', 'Reactions');
  const list = ann.getByRole('dialog', { name: 'Reactions' });
  await list.getByText(other.name).waitFor();
  await assertClean(ann);
  await leave(ann, list, 'at noon');
  await message(ann, 'at noon').getByRole('button', { name: /⚓/ }).click();
  await message(bob, 'at noon')
    .getByRole('button', { name: /^⚓ 1\b/, pressed: true })
    .waitFor();

  // Bob answers; what he replied to goes, once nobody undoes it.
  await bob.getByRole('textbox').last().fill('早');
  await bob.keyboard.press('Enter');
  await message(ann, '早').waitFor();
  await choose(ann, '早', 'Reply');
  await ann.keyboard.type('good morning');
  await ann.keyboard.press('Enter');
  await message(bob, 'good morning').waitFor();
  await choose(ann, 'at noon', 'Delete for everyone');
  await message(ann, 'You deleted a message').waitFor();
  await ann.getByRole('button', { name: 'Undo' }).click();
  await message(ann, 'at noon').waitFor();
  await message(bob, 'at noon').waitFor();
  await choose(ann, 'at noon', 'Delete for everyone');
  await message(bob, zh['change.recalled']).waitFor();
  await message(ann, 'You deleted a message').waitFor();
  await assertClean(bob);
});

test('what changed while one was away shows when one is back, also of what the device has kept', async () => {
  const { people } = await seedFriends(platform);
  const [one, other] = people;
  const ann = (await browser.open(platform.gateUrl)).page;
  await logIn(ann, one);
  await openChat(ann, other.name);
  const bob = (await browser.open(platform.gateUrl)).page;
  await logIn(bob, other);
  await openChat(bob, one.name);
  await send(ann, 'first words');
  await send(ann, 'second words');
  await message(bob, 'second words').waitFor();
  await keptOnDevice(bob, 'second words', 'as read');
  await bob.goto('about:blank');
  await choose(ann, 'first words', 'Edit');
  await ann.getByRole('textbox', { name: /^Message to/ }).fill('other words');
  await ann.keyboard.press('Enter');
  await message(ann, 'other words').getByText('edited').waitFor();
  await bob.goto(platform.gateUrl);
  // Before it is opened again, it has been told of the change.
  await bob.getByRole('navigation', { name: 'Sections' }).waitFor();
  await openChat(bob, one.name);
  await message(bob, 'other words').getByText('edited').waitFor();
  assert.equal(await message(bob, 'first words').count(), 0);

  await choose(bob, 'second words', 'Delete for me');
  // What takes its place for five seconds may have gone on a busy machine before it is looked for. Nobody has undone it.
  await message(bob, 'second words').waitFor({ state: 'detached' });
  await message(bob, 'You deleted a message').waitFor({ state: 'detached' });
  await bob.reload();
  await openChat(bob, one.name);
  await message(bob, 'other words').waitFor();
  await message(bob, 'second words').waitFor({ state: 'detached' });
  await message(ann, 'second words').waitFor();
});
