import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { useBrowser, webRoot } from '../harness/browser.ts';
import type { Person } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { violations } from './axe.ts';
import { locales, type Say, saying } from './saying.ts';
import { message } from './screens.ts';
import { tellStory } from './story.ts';

const platform = usePlatform({
  // One device at a time, so that there is one that had to go.
  environment: { gate: { WEB_ROOT: webRoot }, chat: { DEVICES_PER_CLASS: '1' } },
});
const browser = useBrowser();

const section = (page: Page, name: string) =>
  page.getByRole('navigation').getByRole('link', { name: new RegExp(`^${name}`) });

async function logIn(page: Page, { email, password }: Person, say: Say): Promise<void> {
  await page.getByLabel(say('E-mail address')).fill(email);
  await page.getByLabel(say('Password'), { exact: true }).fill(password);
  await page.getByRole('button', { name: say('Log in') }).click();
  await page.getByRole('navigation').waitFor();
}

async function assertClean(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}`);
  }
}

for (const language of ['en', 'zh'] as const) {
  test(`axe finds nothing on any page in light or dark, ${language}`, async () => {
    const say = saying(language);
    const { hero, end } = await tellStory(platform);
    const { page } = await browser.open(platform.gateUrl, {
      locale: locales[language],
      serviceWorkers: 'block',
    });
    const clean = (name: string, on = page) => assertClean(on, name);
    await page.getByRole('button', { name: say('Log in') }).waitFor();
    await clean('log in');
    await page.getByRole('link', { name: say('Create an account') }).click();
    await page.getByRole('button', { name: say('Create account') }).click();
    await clean('register, with every field at fault');
    await page.goto(`${platform.gateUrl}/#/reset`);
    await clean('reset');
    await page.goto(`${platform.gateUrl}/#/login`);
    await logIn(page, hero, say);
    await page.getByRole('link', { name: /Harbour crew/ }).waitFor();
    await clean('chats');
    await page.getByRole('link', { name: /Harbour crew/ }).click();
    await message(page, 'See you at the pier').waitFor();
    await clean('group');
    await page.getByRole('button', { name: say('Emoji') }).click();
    await page.getByRole('combobox', { name: say('Search emoji') }).waitFor();
    await clean('emoji');
    await page.keyboard.press('Escape');
    await message(page, '吃辣').hover();
    await message(page, '吃辣')
      .getByRole('button', { name: say('Message actions') })
      .click();
    await page.getByRole('menuitem', { name: say('Reply'), exact: true }).waitFor();
    await clean('a message and what can be done with it');
    await page.getByRole('menuitem', { name: say('Reply'), exact: true }).click();
    await page.getByText(say('Reply to {name}').replace('{name}', '李小船')).waitFor();
    await clean('a reply');
    await page.keyboard.press('Escape');
    await page.getByRole('feed').evaluate((feed) => feed.scrollTo(0, 0));
    await page.getByRole('button', { name: say('Jump to the newest message') }).waitFor();
    await clean('scrolled up');
    await page.getByRole('button', { name: say('Group details') }).click();
    await page.getByText(say('Owner')).waitFor();
    await clean('group details');
    await page.getByRole('button', { name: say('Invite') }).click();
    await clean('invite');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: say('Rename') }).click();
    await clean('rename');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: say('Actions for all chats') }).click();
    await page.getByRole('menuitem', { name: say('Mark all as read') }).waitFor();
    await clean('what can be done with the list');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: say('New group') }).click();
    await page.getByLabel(say('Name of the group')).waitFor();
    await clean('new group');
    await page.keyboard.press('Escape');
    await page.goto(`${platform.gateUrl}/#/chats/2000000000`);
    await page.getByRole('heading', { name: say('No such conversation') }).waitFor();
    await clean('no such conversation');
    await section(page, say('Contacts')).click();
    // Chats that name her may still be there.
    await page.getByRole('combobox', { name: say('Find people') }).waitFor();
    await page.getByRole('link', { name: /Ines/ }).waitFor();
    await clean('contacts');
    await page.getByRole('combobox', { name: say('Find people') }).fill(hero.name);
    await page.getByRole('option').first().waitFor();
    await clean('people found');
    await page.getByRole('option', { name: hero.name }).click();
    await page.getByText(say('This is you')).waitFor();
    await clean('oneself');
    await page.getByRole('link', { name: /Ines/ }).click();
    await page.getByRole('heading', { name: 'Ines Duarte' }).waitFor();
    await clean('profile card');
    await page
      .getByRole('main')
      .getByRole('button', { name: say('More actions') })
      .click();
    await page.getByRole('menuitem', { name: say('Block') }).waitFor();
    await clean('a menu');
    await page.getByRole('menuitem', { name: say('Block') }).click();
    await page.getByText(say('Blocked'), { exact: true }).waitFor();
    await clean('what may be undone');
    await page.getByRole('button', { name: say('Undo') }).click();
    await page.getByText(say('Blocked'), { exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: say('Message') }).click();
    await platform.db.run('UPDATE members SET blocked = 1 WHERE user_id = ? AND conversation_id = ?', [
      hero.id,
      Number(new URL(page.url()).hash.split('/').at(-1)),
    ]);
    await page.reload();
    await page.getByRole('button', { name: say('Unblock') }).waitFor();
    await clean('blocked');
    await section(page, say('Contacts')).click();
    await page.route(/requests|settings-room/, (route) => route.abort());
    await section(page, say('Settings')).click();
    await page.getByRole('heading', { name: say('This part could not be loaded') }).waitFor();
    await clean('a part that could not be loaded');
    await page.unroute(/requests|settings-room/);
    await section(page, say('Contacts')).click();
    await page.getByRole('link', { name: new RegExp(`^${say('Requests')}`) }).click();
    await page.getByRole('heading', { name: say('Received') }).waitFor();
    await clean('requests');
    await section(page, say('Settings')).click();
    for (const name of ['Profile', 'Appearance', 'Notifications', 'Devices', 'Blocked people']) {
      await page.getByRole('link', { name: say(name) }).click();
      // An empty list of who is blocked has a heading of its own, that begins as the page's.
      await page
        .getByRole('heading', { name: say(name), level: 2 })
        .first()
        .waitFor();
      await clean(name);
    }
    const elsewhere = await browser.open(platform.gateUrl, {
      viewport: { width: 360, height: 640 },
      locale: locales[language],
    });
    await logIn(elsewhere.page, hero, say);
    await page.getByRole('alertdialog', { name: say('Logged in elsewhere') }).waitFor();
    await clean('kicked');
    await page.getByRole('button', { name: say('Just keep reading') }).click();
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    await clean('reading on');
    await clean('a phone', elsewhere.page);
    await elsewhere.page.getByRole('link', { name: /Harbour crew/ }).click();
    await message(elsewhere.page, 'See you at the pier').waitFor();
    await clean('a conversation on a phone', elsewhere.page);
    await end();
  });
}
