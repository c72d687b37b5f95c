import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import { zh as groupZh } from '../../apps/web/src/groups/group-catalogue.ts';
import { zh } from '../../apps/web/src/i18n/zh.ts';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { closeAll, connectDevice, createGroup, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { violations } from './axe.ts';
import { logIn, message, openChat, send, stateMark } from './screens.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();
const small = { viewport: { width: 360, height: 640 } };

/** People of whom the first owns a group of the others. */
async function crew(size: number, title: string) {
  const people = await seedPeople(platform, size);
  const devices = [];
  for (const person of people) devices.push(await connectDevice(platform, person, { deviceClass: 'setup' }));
  const group = await createGroup(devices, title);
  await closeAll(devices);
  return { people, group };
}

async function assertClean(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), []);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.ok(!wide, 'the page scrolls sideways');
}

async function openSettings(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Group details' }).last().click();
  await page.getByRole('dialog', { name: 'Group details' }).getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('dialog', { name: 'Group settings' }).waitFor();
}

async function save(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog', { name: 'Group settings' }).waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** Opens the menu of a message, as with the keyboard. */
async function choose(page: Page, text: string, item: string): Promise<void> {
  await message(page, text).getByRole('button', { name: 'Message actions' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: item, exact: true }).press('Enter');
  await page.getByRole('menu').waitFor({ state: 'detached' });
}

test('an owner says what a group is about and who writes when, and a member on a small Chinese page sees it at once', async () => {
  const { people } = await crew(2, 'Knots');
  const [ann, bob] = people as [(typeof people)[0], (typeof people)[0]];
  const { page, complaints } = await browser.open(platform.gateUrl);
  await logIn(page, ann);
  await openChat(page, 'Knots');
  const theirs = (await browser.open(platform.gateUrl, { locale: 'zh-CN', ...small })).page;
  await theirs.getByLabel(zh['login.email']).fill(bob.email);
  await theirs.getByLabel(zh['login.password'], { exact: true }).fill(bob.password);
  await theirs.getByRole('button', { name: zh['login.submit'] }).click();
  await theirs.getByRole('link', { name: 'Knots' }).click();

  await openSettings(page);
  // The keyboard is where one writes.
  await page.keyboard.type('Bends and hitches');
  await page.getByLabel('Description').fill('Every knot\nthat holds.');
  await page.getByRole('checkbox', { name: /Only admins write/ }).press('Space');
  await assertClean(page);
  await save(page);
  await theirs.getByText('Bends and hitches').first().waitFor();
  await theirs.getByText(zh['error.admins_only']).waitFor();
  await theirs.getByText(zh['entry.settings'].replace('{name}', ann.name)).waitFor();
  await assertClean(theirs);

  await openSettings(page);
  await page.getByRole('checkbox', { name: /Only admins write/ }).press('Space');
  await page.getByRole('combobox', { name: 'Slow mode' }).selectOption('One message in 1 hour');
  await save(page);
  const field = theirs.getByRole('textbox').last();
  await field.fill('only once');
  await field.press('Enter');
  await message(page, 'only once').waitFor();
  await theirs.getByRole('timer').waitFor();
  await field.fill('and again');
  await field.press('Enter');
  assert.equal(await field.inputValue(), 'and again', 'it waits');
  await assertClean(theirs);
  await theirs.reload();
  await theirs.getByRole('timer').waitFor();
  await send(page, 'admins go on');
  await send(page, 'as they like');
  await message(theirs, 'as they like').waitFor();
  await theirs.getByRole('button', { name: zh['talk.details'] }).last().click();
  await theirs.getByText('Every knot').waitFor();
  await theirs.getByRole('heading', { name: groupZh.members as string }).waitFor();
  await assertClean(theirs);

  await choose(page, 'only once', 'Read by');
  await page
    .getByRole('dialog', { name: 'Read by' })
    .getByText(/^0 of 0/)
    .waitFor();
  await page.keyboard.press('Escape');
  await stateMark(page, 'as they like', 'Read').waitFor();
  await choose(page, 'admins go on', 'Read by');
  await page.getByRole('dialog', { name: 'Read by' }).getByText(bob.name).waitFor();
  await assertClean(page);
  assert.deepEqual(complaints, []);
});

test('a link brings a new person into the group, and the directory whoever looks for it', async () => {
  const { people } = await crew(1, 'Lighthouse keepers');
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]!);
  await openChat(page, 'Lighthouse keepers');
  await page.getByRole('button', { name: 'Group details' }).last().click();
  await page.getByRole('button', { name: 'Links' }).click();
  const links = page.getByRole('dialog', { name: 'Links to join' });
  await links.getByText('There is no link yet.').waitFor();
  await links.getByRole('combobox', { name: 'Good for' }).selectOption('10 people');
  await links.getByRole('button', { name: 'Create link' }).click();
  const url = await links.getByRole('textbox', { name: 'Link' }).inputValue();
  assert.match(url, /#\/join\/[\w-]{27}$/);
  await assertClean(page);

  const guest = await browser.open(url, small);
  await guest.page.getByText('You are invited to join “Lighthouse keepers”.').waitFor();
  const email = 'keeper@example.org';
  await guest.page.getByLabel('E-mail address').fill(email);
  await guest.page.getByRole('button', { name: 'Send code' }).click();
  await guest.page.getByLabel('Code from the e-mail').fill(await platform.mailbox.code(email));
  await guest.page.getByLabel('User name').fill('keeper');
  await guest.page.getByLabel('Password', { exact: true }).fill('Harbour-light-9');
  await guest.page.getByRole('button', { name: 'Create account' }).click();
  await guest.page.getByRole('heading', { name: 'Lighthouse keepers' }).waitFor();
  await assertClean(guest.page);
  await guest.page.getByRole('button', { name: 'Join', exact: true }).press('Enter');
  await send(guest.page, 'I came by the link');
  await links.getByRole('button', { name: 'Take back' }).click();
  await links.getByText('There is no link yet.').waitFor();
  await page.keyboard.press('Escape');
  await links.waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  // What is behind a dialog is not there for whoever reads by the keyboard.
  await message(page, 'I came by the link').waitFor();
  await message(page, 'keeper joined').waitFor();
  const [eve] = await seedPeople(platform, 1, 'seeker');
  const seeker = await browser.open(url, small);
  await seeker.page.getByText('This invite was taken back.').waitFor();
  await seeker.page.goto(`${platform.gateUrl}/#/login`);
  await logIn(seeker.page, eve!);
  await seeker.page.goto(`${platform.gateUrl}/#/contacts/groups`);
  await seeker.page.getByText('No open group found').waitFor();

  await openSettings(page);
  await page.getByRole('checkbox', { name: /In the directory/ }).press('Space');
  await page.getByRole('combobox', { name: 'New members see' }).selectOption('Everything from the beginning');
  await save(page);
  await seeker.page.getByRole('searchbox', { name: 'Find groups by name' }).fill('lightho');
  const join = seeker.page.getByRole('button', { name: 'Join “Lighthouse keepers”' });
  await join.waitFor();
  await assertClean(seeker.page);
  await join.press('Enter');
  await message(seeker.page, 'I came by the link').waitFor();
  assert.deepEqual(guest.complaints, []);
});

test('replies in a thread open beside the conversation, count at its message, and are new until they are read', async () => {
  const { people } = await crew(2, 'Harbour');
  const [ann, bob] = people as [(typeof people)[0], (typeof people)[0]];
  const { page, complaints } = await browser.open(platform.gateUrl);
  await logIn(page, ann);
  await openChat(page, 'Harbour');
  const theirs = await browser.open(platform.gateUrl, small);
  await logIn(theirs.page, bob);
  await openChat(theirs.page, 'Harbour');
  await send(page, 'Which berth?');
  await choose(theirs.page, 'Which berth?', 'Reply in thread');
  const panel = theirs.page.getByRole('dialog', { name: 'Thread' });
  await panel.getByText('Which berth?').waitFor();
  // The keyboard is where one writes.
  await theirs.page.keyboard.type('The third');
  await theirs.page.keyboard.press('Enter');
  await panel.getByRole('article').getByText('The third').waitFor();
  await assertClean(theirs.page);

  const count = message(page, 'Which berth?').getByRole('button', { name: '1 reply · new' });
  await count.waitFor();
  assert.equal(await message(page, 'The third').count(), 0, 'it stands in the thread alone');
  await count.press('Enter');
  const mine = page.getByRole('dialog', { name: 'Thread' });
  await mine.getByText('The third').waitFor();
  await mine.getByRole('textbox', { name: 'Reply in thread' }).fill('Thanks');
  await page.keyboard.press('Enter');
  await mine.getByRole('article').getByText('Thanks').waitFor();
  await panel.getByText('Thanks').waitFor();
  await assertClean(page);
  await page.keyboard.press('Escape');
  await mine.waitFor({ state: 'detached' });
  await message(page, 'Which berth?').getByRole('button', { name: '2 replies', exact: true }).waitFor();
  await page.reload();
  await message(page, 'Which berth?').getByRole('button', { name: '2 replies', exact: true }).waitFor();
  await theirs.page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });

  // A reply that comes last has no row of its own: what is before it is read all the same.
  await theirs.page.goto(`${platform.gateUrl}/#/settings`);
  await send(page, 'Any news?');
  await message(page, 'Which berth?').getByRole('button', { name: '2 replies', exact: true }).press('Enter');
  await mine.getByRole('textbox', { name: 'Reply in thread' }).fill('It is taken');
  await page.keyboard.press('Enter');
  await mine.getByRole('article').getByText('It is taken').waitFor();
  await theirs.page.goto(`${platform.gateUrl}/#/chats`);
  await theirs.page.getByText('1 unread').first().waitFor({ state: 'attached' });
  await openChat(theirs.page, 'Harbour');
  await message(theirs.page, 'Any news?').waitFor();
  await message(theirs.page, 'Which berth?').getByRole('button', { name: '3 replies · new' }).waitFor();
  await eventually('nothing is unread', async () => (await theirs.page.title()) === 'Berth', 30_000);
  assert.deepEqual([...complaints, ...theirs.complaints], []);
});
