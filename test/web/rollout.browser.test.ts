import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { usePlatform } from '../harness/platform.ts';
import { logIn, message, openChat, section, send } from './screens.ts';
import { seedFriends } from './seeds.ts';

const platform = usePlatform({
  environment: { gate: { WEB_ROOT: webRoot }, chat: { DEVICES_PER_CLASS: '1' } },
});
const browser = useBrowser();

const folder = mkdtempSync(join(tmpdir(), 'berth-next-build-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let next: Promise<{ url: string }> | undefined;

/** The gate of the next build, in which every file has another name. */
function nextGate(): Promise<{ url: string }> {
  next ??= (async () => {
    const root = join(import.meta.dirname, '../../apps/web');
    const output = {
      entryFileNames: 'assets/next-[name]-[hash].js',
      chunkFileNames: 'assets/next-[name]-[hash].js',
      assetFileNames: 'assets/next-[name]-[hash][extname]',
    };
    await build({
      root,
      logLevel: 'silent',
      build: { outDir: folder, emptyOutDir: true, rolldownOptions: { output } },
    });
    return platform.addGate({ WEB_ROOT: folder });
  })();
  return next;
}

type Choice = (path: string) => 'old' | 'next' | 'neither' | 'none';

/** One address before both gates. `choose` says who answers: 503 from neither, 404 where no build has it. */
async function useAddress(choose: Choice): Promise<{ url: string; turn(choose: Choice): void }> {
  let current = choose;
  const ports = {
    old: new URL(platform.gateUrl).port,
    next: new URL((await nextGate()).url).port,
  };
  const server: Server = createServer((incoming, outgoing) => {
    const choice = current(incoming.url!);
    if (choice === 'neither' || choice === 'none') {
      outgoing.writeHead(choice === 'neither' ? 503 : 404).end();
      return;
    }
    const { method, headers, url: path } = incoming;
    // A connection for each: one that gate has just given up must not fail a request.
    const to = { host: '127.0.0.1', port: ports[choice], method, path, headers, agent: false };
    const onward = request(to, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  platform.beforeClose(async () => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    turn: (choose) => {
      current = choose;
    },
  };
}

const isAsset = (path: string): boolean => path.startsWith('/assets/');

/** Through what is loaded when it is needed in a conversation, and on to the contacts. */
async function openPartsOfChats(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Emoji' }).click();
  await page.getByRole('combobox', { name: 'Search emoji' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'New group' }).click();
  await page.getByLabel('Name of the group').waitFor();
  await page.keyboard.press('Escape');
  await section(page, 'Contacts').click();
}

/** Through everything that is loaded when it is needed. */
async function walk(page: Page, friend: string): Promise<void> {
  await openChat(page, friend);
  await openPartsOfChats(page);
  await page.getByRole('combobox', { name: 'Find people' }).waitFor();
  await section(page, 'Settings').click();
  await page.getByLabel('Display name').waitFor();
  await page.getByRole('link', { name: 'Appearance' }).click();
  await page.getByRole('radio', { name: '简体中文' }).click();
  await page.getByRole('heading', { name: '外观' }).waitFor();
}

for (const [page, assets] of [
  ['old', 'next'],
  ['next', 'old'],
] as const) {
  test(`while a rollout goes on: the page from the ${page} gate, all of its files from the ${assets} one`, async () => {
    const { people } = await seedFriends(platform);
    const address = await useAddress((path) => (isAsset(path) ? assets : page));
    const opened = await browser.open(address.url, { serviceWorkers: 'block' });
    await logIn(opened.page, people[0]);
    await walk(opened.page, people[1].name);
    const scripts = await opened.page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => name),
    );
    assert.equal(
      scripts.some((name) => name.includes('/assets/next-')),
      page === 'next',
    );
    assert.deepEqual(opened.complaints, []);
  });
}

test('after the rollout: a page that stayed open loads its parts, and a reload brings the new build', async () => {
  const { people } = await seedFriends(platform);
  const address = await useAddress(() => 'old');
  const { page, complaints } = await browser.open(address.url, { serviceWorkers: 'block' });
  await logIn(page, people[0]);
  await page.getByRole('link', { name: people[1].name }).waitFor();
  address.turn(() => 'next');
  await walk(page, people[1].name);
  await page.reload();
  await page.getByRole('heading', { name: '外观' }).waitFor();
  assert.ok(await page.locator('script[src*="/assets/next-"]').count());
  assert.deepEqual(complaints, []);
});

test('a page kept on the device opens offline after a rollout that was caught half-way', async () => {
  const { people } = await seedFriends(platform);
  const address = await useAddress(() => 'old');
  const { page, context } = await browser.open(address.url);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await send(page, 'for the way');
  await message(page, 'for the way').getByLabel('Sent').waitFor();
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  // The worker of the next build is installed while the page at `/` still comes from the old one.
  address.turn((path) => (path === '/' ? 'old' : 'next'));
  await page.evaluate(async () => {
    const registration = (await navigator.serviceWorker.getRegistration())!;
    const changed = new Promise((resolve) =>
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    );
    await registration.update();
    await changed;
  });
  // The open page of the old build finds its parts on the device.
  address.turn(() => 'neither');
  await context.setOffline(true);
  await section(page, 'Contacts').click();
  await page.getByRole('combobox', { name: 'Find people' }).waitFor();
  await page.reload();
  await page.getByRole('combobox', { name: 'Find people' }).waitFor();
  await section(page, 'Chats').click();
  await openChat(page, people[1].name);
  await message(page, 'for the way').waitFor();
  assert.ok(await page.locator('script[src*="/assets/next-"]').count());
});

test('a part that cannot be had keeps the page, and comes when it is tried again', async () => {
  const { people } = await seedFriends(platform);
  const address = await useAddress(() => 'old');
  const { page, complaints } = await browser.open(address.url, { serviceWorkers: 'block' });
  let loads = 0;
  page.on('load', () => loads++);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await page.getByRole('textbox', { name: /^Message to/ }).fill('half a thought');
  address.turn((path) => (isAsset(path) ? 'neither' : 'old'));
  await section(page, 'Contacts').click();
  const failed = page.getByRole('heading', { name: 'This part could not be loaded' });
  await failed.waitFor();
  await section(page, 'Chats').click();
  await openChat(page, people[1].name);
  assert.equal(await page.getByRole('textbox', { name: /^Message to/ }).inputValue(), 'half a thought');
  const notice = page.getByRole('region', { name: 'Notices' }).getByText('This part could not be loaded');
  await page.getByRole('button', { name: 'Emoji' }).click();
  await notice.waitFor();
  assert.equal(loads, 0);
  address.turn(() => 'old');
  await openPartsOfChats(page);
  const button = page.getByRole('button', { name: 'Try again' });
  await page.getByRole('combobox', { name: 'Find people' }).or(button).first().waitFor();
  if (await button.isVisible()) await button.click();
  await page.getByRole('combobox', { name: 'Find people' }).waitFor();
  // With its styles.
  const rows = page.getByRole('link', { name: /^Requests/ });
  assert.equal(await rows.evaluate((link) => getComputedStyle(link).display), 'flex');
  assert.deepEqual(complaints, []);
});

test('a page that nothing of its script comes for says so, and is opened when it comes', async () => {
  const address = await useAddress((path) => (path.endsWith('.js') ? 'neither' : 'old'));
  const { page } = await browser.open(address.url, { serviceWorkers: 'block' });
  const again = page.getByRole('link', { name: /could not be loaded.*无法加载/ });
  await again.waitFor();
  address.turn(() => 'old');
  await again.click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor({ timeout: 60_000 });
  assert.equal(await again.count(), 0);
});

test('where an invite leads, and why one was disconnected, is said when it can be had', async () => {
  const { people } = await seedFriends(platform);
  const address = await useAddress(() => 'old');
  const { page } = await browser.open(address.url, { serviceWorkers: 'block' });
  let loads = 0;
  page.on('load', () => loads++);
  await logIn(page, people[0]);
  await page.getByRole('link', { name: people[1].name }).waitFor();
  address.turn((path) => (isAsset(path) ? 'neither' : 'old'));
  await page.evaluate(() => {
    location.hash = `#/invite/${'A'.repeat(27)}`;
  });
  const failed = page.getByRole('heading', { name: 'This part could not be loaded' });
  await failed.waitFor();
  address.turn(() => 'old');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('There is no such invite.').waitFor();
  await section(page, 'Chats').click();

  address.turn((path) => (isAsset(path) ? 'neither' : 'old'));
  const elsewhere = await browser.open(platform.gateUrl);
  await logIn(elsewhere.page, people[0]);
  const notices = page.getByRole('region', { name: 'Notices' }).getByText('This part could not be loaded');
  await notices.waitFor();
  // Without the dialog: the page is there, says that it is not connected, and leads back.
  const status = page.locator('[data-connection="kicked"]');
  await status.waitFor();
  await page.getByRole('link', { name: people[1].name }).waitFor();
  address.turn(() => 'old');
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  const dialog = page.getByRole('alertdialog', { name: 'Logged in elsewhere' });
  await dialog.waitFor();
  await dialog.getByRole('button', { name: 'Use it here' }).click();
  await page.locator('[data-connection="online"]').waitFor({ state: 'attached' });
  assert.equal(loads, 0);
});

test('a build that is gone is left by one reload, when nothing unsent would be lost by it', async () => {
  const { people } = await seedFriends(platform);
  const address = await useAddress(() => 'old');
  const { page } = await browser.open(address.url, { serviceWorkers: 'block' });
  let loads = 0;
  page.on('load', () => loads++);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  const field = page.getByRole('textbox', { name: /^Message to/ });
  await field.fill('not lost');
  // Only the next build is there by now, and no file of the old one.
  address.turn((path) => (isAsset(path) && !path.includes('/next-') ? 'none' : 'next'));
  await page.getByRole('button', { name: 'Emoji' }).click();
  await page.getByRole('region', { name: 'Notices' }).getByText('This part could not be loaded').waitFor();
  assert.equal(loads, 0);
  await field.fill('');
  await section(page, 'Contacts').click();
  await page.getByRole('combobox', { name: 'Find people' }).waitFor();
  assert.equal(loads, 1);

  // What the newest build has not, either, no reload brings.
  address.turn((path) => (/settings-room/.test(path) ? 'none' : 'next'));
  await section(page, 'Settings').click();
  const failed = page.getByRole('heading', { name: 'This part could not be loaded' });
  await failed.waitFor();
  await page.getByRole('button', { name: 'Try again' }).click();
  await failed.waitFor({ state: 'detached' });
  await failed.waitFor();
  assert.equal(loads, 1);
  address.turn(() => 'next');
  await page.getByRole('button', { name: 'Reload the page' }).click();
  await page.getByLabel('Display name').waitFor();
});
