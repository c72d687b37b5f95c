import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { befriend, closeAll, connectDevice, type Person, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { logIn, message, section, send } from './screens.ts';
import { tellStory } from './story.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

test('a hostile name and hostile messages are shown as the text that they are', async () => {
  const people = (await seedPeople(platform, 2, 'hostile')) as [Person, Person];
  const nick = '<img src=x onerror=alert(1)>\u202Egnol';
  await platform.db.run('UPDATE users SET nick = ?, description = ? WHERE id = ?', [
    nick,
    '"><script>alert(2)</script>',
    people[1].id,
  ]);
  const devices = [
    await connectDevice(platform, people[0], { deviceClass: 'setup' }),
    await connectDevice(platform, people[1]),
  ] as const;
  const conversation = await befriend(...devices);
  const { page, complaints } = await browser.open(platform.gateUrl);
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await logIn(page, people[0]);
  await page.getByRole('link', { name: '<img src=x' }).click();
  await page.getByRole('feed').waitFor();
  const longest = '\u{1F6A2}'.repeat(3_900);
  const hostile = [
    '<img src=x onerror=alert(3)><svg onload=alert(4)>',
    '<a href="javascript:alert(5)">click</a> javascript:alert(6) [x](javascript:alert(7))',
    '\u202Eevil\u202C and \u2066isolated\u2069 text \u200F',
    'https://example.org/"onmouseover="alert(8)',
    `${'A'.repeat(3_000)} without a break`,
    longest,
    '\u0301\u0301\u0301'.repeat(200),
  ];
  for (const text of hostile) await devices[1].say(conversation, text);
  await message(page, '<svg onload=alert(4)>').waitFor();
  await page.getByRole('button', { name: 'Show more' }).last().waitFor();
  assert.equal(await page.locator('main img[src=x], main svg[onload], main script').count(), 0);
  const links = await page
    .getByRole('article')
    .getByRole('link')
    .evaluateAll((all) =>
      all.map((link) => [(link as HTMLAnchorElement).href, (link as HTMLAnchorElement).rel]),
    );
  assert.deepEqual(links, [['https://example.org/', 'noopener noreferrer nofollow']]);
  await page.getByRole('button', { name: 'Show more' }).last().click();
  await page.getByText(longest).waitFor();
  assert.equal(await sideways(page), 0, 'nothing is wider than the page');
  await page.goto(`${platform.gateUrl}/#/contacts/${people[1].id}`);
  await page.getByRole('definition').getByText('<script>alert(2)</script>').waitFor();
  assert.deepEqual(complaints, []);
  await closeAll([...devices]);
});

test('every screen speaks Chinese, with no English left over', async () => {
  const { hero, end } = await tellStory(platform);
  const { page } = await browser.open(platform.gateUrl, { locale: 'zh-CN' });
  // What people wrote or are called, and what has no other name.
  const own =
    /Berth|English|Chrome|Linux|crew|example|org|story|Harbour|Ines|Duarte|Tomasz|Wójcik|Zoë|Lindqvist|Marek|Amina|Yusuf|Noor|Haddad|Anna|Felix/g;
  const noEnglish = async (name: string) => {
    const said = await page.evaluate(() => {
      const skipped = 'noscript, bdi, dd, [dir="auto"], textarea, h2 bdi';
      const texts: string[] = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement!;
        if (!parent.closest(skipped) && !parent.closest('[aria-hidden]'))
          texts.push(walker.currentNode.textContent!);
      }
      for (const element of document.querySelectorAll('[aria-label], [placeholder]')) {
        for (const attribute of ['aria-label', 'placeholder'])
          texts.push(element.getAttribute(attribute) ?? '');
      }
      return texts;
    });
    const left = said.filter((text) => /[A-Za-z]{3,}/.test(text.replace(own, '')));
    assert.deepEqual(left, [], name);
  };
  await page.getByRole('heading', { name: '登录' }).waitFor();
  await noEnglish('log in');
  await page.getByRole('link', { name: '注册账号' }).click();
  await page.getByRole('button', { name: '注册' }).click();
  await noEnglish('register, with every field at fault');
  await page.getByRole('link', { name: '直接登录' }).click();
  await page.getByLabel('邮箱地址').fill(hero.email);
  await page.getByLabel('密码', { exact: true }).fill('not-the-password');
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByText('邮箱地址或密码错误。').waitFor();
  await page.getByLabel('密码', { exact: true }).fill(hero.password);
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByRole('link', { name: /Harbour crew/ }).click();
  await message(page, 'See you at the pier').waitFor();
  await noEnglish('group');
  await page.getByRole('button', { name: '群详情' }).click();
  await page.getByText('群主').waitFor();
  await noEnglish('group details');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: /^联系人/ }).click();
  await page.getByRole('link', { name: /Ines/ }).click();
  await page.getByRole('heading', { name: 'Ines Duarte' }).waitFor();
  await noEnglish('profile card');
  await page.getByRole('link', { name: /^好友请求/ }).click();
  await page.getByRole('heading', { name: '收到的' }).waitFor();
  await noEnglish('requests');
  await page.getByRole('link', { name: /^设置/ }).click();
  for (const name of ['个人资料', '外观', '通知', '设备', '黑名单']) {
    await page.getByRole('link', { name }).click();
    await page.getByRole('heading', { name, level: 2, exact: true }).waitFor();
    await noEnglish(name);
  }
  await end();
});

test('everything works at 360 pixels, one thing at a time, and nothing scrolls sideways up to wide screens', async () => {
  const { hero, end } = await tellStory(platform);
  const { page } = await browser.open(platform.gateUrl, { viewport: { width: 360, height: 640 } });
  assert.equal(await sideways(page), 0);
  await page.getByRole('link', { name: 'Create an account' }).click();
  assert.equal(await sideways(page), 0);
  await page.getByRole('link', { name: 'Log in instead' }).click();
  await logIn(page, hero);
  await page.getByRole('link', { name: /Harbour crew/ }).click();
  await message(page, 'See you at the pier').waitFor();
  assert.equal(await sideways(page), 0);
  assert.ok(!(await page.getByRole('region', { name: 'Chats' }).isVisible()));
  await send(page, 'from a phone');
  await message(page, 'from a phone').waitFor();
  await page.getByRole('button', { name: 'Group details' }).click();
  await page.getByText('Owner').waitFor();
  assert.equal(await sideways(page), 0);
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Back' }).click();
  await section(page, 'Contacts').click();
  await page.getByRole('link', { name: /Ines/ }).click();
  await page.getByRole('heading', { name: 'Ines Duarte' }).waitFor();
  assert.equal(await sideways(page), 0);
  await page.getByRole('button', { name: 'Back' }).click();
  await section(page, 'Settings').click();
  for (const name of ['Profile', 'Appearance', 'Notifications', 'Devices', 'Blocked people']) {
    await page.getByRole('link', { name }).click();
    await page.getByRole('heading', { name, level: 2 }).waitFor();
    assert.equal(await sideways(page), 0, name);
    await page.getByRole('button', { name: 'Back' }).click();
  }
  await section(page, 'Chats').click();
  await page.getByRole('link', { name: /Harbour crew/ }).click();
  for (const width of [360, 719, 720, 899, 900, 1_024, 2_560]) {
    await page.setViewportSize({ width, height: 800 });
    await message(page, 'See you at the pier').waitFor();
    assert.equal(await sideways(page), 0, `${width} pixels`);
    assert.equal(await page.getByRole('region', { name: 'Chats' }).isVisible(), width >= 900);
  }
  await end();
});

test('nothing shifts while the page loads, however long the connection takes', async () => {
  const { hero, end } = await tellStory(platform);
  // Where a service worker asks, no route of the page holds anything up.
  const { page } = await browser.open(platform.gateUrl, { serviceWorkers: 'block' });
  await page.addInitScript(() => {
    const shifted = window as unknown as { shift: number };
    shifted.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifted.shift += (entry as unknown as { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await logIn(page, hero);
  await page.getByRole('link', { name: /Harbour crew/ }).click();
  await message(page, 'See you at the pier').waitFor();
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  let asked = 0;
  await page.route('**/v1/berths', async (route) => {
    await held;
    if (asked++ === 0) await route.fulfill({ status: 503, body: '{"error":{"code":"unavailable"}}' });
    else await route.continue();
  });
  await page.reload();
  await page.getByText('Connecting…').waitFor();
  release();
  await page.getByText(/Offline · next try in/).waitFor();
  await page.getByText('Connected again').waitFor();
  await message(page, 'See you at the pier').waitFor();
  await page.waitForLoadState('networkidle');
  // What a frame shifts is told after it.
  const shift = await page.evaluate(async () => {
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    return (window as unknown as { shift: number }).shift;
  });
  assert.ok(shift < 0.05, `cumulative layout shift ${shift}`);
  await end();
});

test('the first load is below 200 KB of compressed JavaScript, logged in or not, in either language', async () => {
  const sizes = new Map(
    readdirSync(join(webRoot, 'assets')).map((name) => [name, statSync(join(webRoot, 'assets', name)).size]),
  );
  const { hero, end } = await tellStory(platform);
  const { page } = await browser.open('about:blank', { locale: 'zh-CN' });
  // What is fetched ahead, once there is nothing better to do, is not waited for by anybody.
  await page.addInitScript(() => {
    window.requestIdleCallback = () => 0;
  });
  const loaded = new Set<string>();
  page.on('response', (response) => {
    const name = new URL(response.url()).pathname.split('/').at(-1)!;
    if (name.endsWith('.js')) loaded.add(name);
  });
  const bytes = () =>
    [...loaded].reduce((sum, name) => sum + (sizes.get(`${name}.gz`) ?? sizes.get(name) ?? 0), 0);
  await page.goto(platform.gateUrl);
  await page.getByRole('heading', { name: '登录' }).waitFor();
  assert.ok(loaded.size > 0);
  assert.ok(bytes() < 200_000, `${bytes()} bytes before one is logged in`);
  await page.getByLabel('邮箱地址').fill(hero.email);
  await page.getByLabel('密码', { exact: true }).fill(hero.password);
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByRole('link', { name: /Harbour crew/ }).waitFor();
  loaded.clear();
  await page.reload();
  await page.getByRole('link', { name: /Harbour crew/ }).waitFor();
  assert.ok(bytes() < 200_000, `${bytes()} bytes when one is logged in`);
  await end();
});

/** Pixels that the page is wider than its window. */
const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
