import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { buildWebClient, launchBrowser, openPage, webRoot } from '../harness/browser.ts';
import { operatorToken } from '../harness/operator-token.ts';
import type { Person } from '../harness/people.ts';
import { Platform } from '../harness/platform.ts';
import { logIn, message, openChat, section } from './screens.ts';
import { tellStory } from './story.ts';

/** `npm run screenshots [-- FOLDER]`: pictures of the main screens, of a platform with a small story on it. */
const folder = process.argv[2] ?? join(import.meta.dirname, '../../docs/screenshots');

const desktop: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 780 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
};

const tablet: BrowserContextOptions = { viewport: { width: 820, height: 1100 }, hasTouch: true };

async function shoot(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Whoever invites has a link; whoever follows it sees by whom. */
async function captureInvite(browser: Browser, page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Invite links' }).click();
  await page.getByLabel('Good for').selectOption('10 people');
  await page.getByRole('button', { name: 'Create link' }).click();
  const link = page.getByRole('textbox', { name: 'Link' });
  await shoot(page, 'invites');
  const invited = await openPage(browser, await link.inputValue(), desktop);
  await invited.page.getByText('You will be friends here.').waitFor();
  await shoot(invited.page, 'invited');
  await invited.context.close();
}

async function capture(browser: Browser, url: string, hero: Person): Promise<void> {
  const stranger = await openPage(browser, url, desktop);
  await stranger.page.getByRole('heading', { name: 'Log in' }).waitFor();
  await shoot(stranger.page, 'log-in');
  await stranger.page.getByRole('link', { name: 'Create an account' }).click();
  await stranger.page.getByLabel('E-mail address').fill('noor@example.org');
  await stranger.page.getByLabel('User name').fill('n');
  await stranger.page.getByLabel('Password', { exact: true }).fill('seven boats at dawn');
  await shoot(stranger.page, 'register');
  await stranger.context.close();

  for (const theme of ['light', 'dark'] as const) {
    const { page, context } = await openPage(browser, url, { ...desktop, colorScheme: theme });
    await logIn(page, hero);
    await openChat(page, 'Harbour crew');
    await message(page, 'See you at the pier').waitFor();
    await shoot(page, `group-${theme}`);
    await page.getByRole('button', { name: 'Group details' }).click();
    await page.getByText('Owner').waitFor();
    if (theme === 'light') await shoot(page, 'group-details');
    await page.keyboard.press('Escape');
    await openChat(page, '李小船');
    await message(page, '明天见').waitFor();
    await page.getByRole('button', { name: 'Emoji' }).click();
    await page.getByRole('combobox', { name: 'Search emoji' }).waitFor();
    await shoot(page, `conversation-${theme}`);
    await page.keyboard.press('Escape');
    await section(page, 'Contacts').click();
    await page.getByRole('link', { name: 'Ines Duarte' }).click();
    await page.getByRole('heading', { name: 'Ines Duarte' }).waitFor();
    await shoot(page, `contacts-${theme}`);
    await page.getByRole('link', { name: /^Requests/ }).click();
    if (theme === 'dark') await shoot(page, 'requests');
    if (theme === 'light') await captureInvite(browser, page);
    await section(page, 'Settings').click();
    await page.getByRole('link', { name: 'Profile' }).click();
    if (theme === 'light') await shoot(page, 'settings');
    await page.getByRole('link', { name: 'Devices' }).click();
    await page.getByText('This device').waitFor();
    if (theme === 'dark') await shoot(page, 'devices');
    await context.close();
  }

  const onTablet = await openPage(browser, url, { ...tablet, colorScheme: 'dark' });
  await logIn(onTablet.page, hero);
  await openChat(onTablet.page, 'Harbour crew');
  await message(onTablet.page, 'See you at the pier').waitFor();
  await shoot(onTablet.page, 'tablet-group');
  await onTablet.context.close();

  const { page, context } = await openPage(browser, url, { ...phone, locale: 'zh-CN' });
  await page.getByLabel('邮箱地址').fill(hero.email);
  await page.getByLabel('密码', { exact: true }).fill(hero.password);
  await shoot(page, 'phone-log-in');
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByRole('link', { name: /Harbour crew/ }).waitFor();
  await shoot(page, 'phone-chats');
  await page.getByRole('link', { name: /Harbour crew/ }).click();
  await message(page, 'See you at the pier').waitFor();
  await shoot(page, 'phone-group');
  await page.getByRole('button', { name: '返回' }).click();
  await page.getByRole('link', { name: /^联系人/ }).click();
  await page.getByRole('link', { name: 'Ines Duarte' }).waitFor();
  await shoot(page, 'phone-contacts');
  await page.getByRole('link', { name: /^设置/ }).click();
  await page.getByRole('link', { name: '外观' }).click();
  await shoot(page, 'phone-appearance');
  await context.close();
}

/** What operators see, of a fleet with people on it. */
async function captureFleet(browser: Browser, platform: Platform): Promise<void> {
  const url = `${platform.gateUrl}/#/fleet`;
  const token = await operatorToken(platform, 'screenshots', 'operate');
  for (const [name, options] of [
    ['fleet', { ...desktop, colorScheme: 'dark' }],
    ['phone-fleet', { ...phone, locale: 'zh-CN' }],
  ] as const) {
    const { page, context } = await openPage(browser, url, options);
    await page.locator('input[type="password"]').fill(token);
    await page.locator('button[type="submit"]').click();
    await page.getByRole('heading', { name: 'chat-1' }).waitFor();
    await shoot(page, name);
    await context.close();
  }
}

buildWebClient();
await mkdir(folder, { recursive: true });
const platform = await Platform.start({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = await launchBrowser();
try {
  const { hero, end } = await tellStory(platform);
  await capture(browser, platform.gateUrl, hero);
  await captureFleet(browser, platform);
  await end();
} finally {
  await browser.close();
  await platform.close();
}
console.log(`screenshots: ${folder}`);
