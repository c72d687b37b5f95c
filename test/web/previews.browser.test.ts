import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFiles } from '@berth/files/app';
import { parseFilesConfig } from '@berth/files/config';
import { eventually } from '@berth/fixtures';
import { freePort } from '@berth/stores';
import { createLog } from '@berth/telemetry';
import { publicSessionKeys } from '@berth/tokens';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { zh as zhWriting } from '../../apps/web/src/chats/writing-catalogue.ts';
import { zh } from '../../apps/web/src/i18n/zh.ts';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { usePlatform } from '../harness/platform.ts';
import { violations } from './axe.ts';
import { message, openChat, section, send, twoAtTheirPages } from './screens.ts';
import { seedFriends } from './seeds.ts';

const platform = usePlatform({ nodes: 1, environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

const picture = await sharp({ create: { width: 400, height: 300, channels: 3, background: '#046' } })
  .png()
  .toBuffer();
const page = `<head><title>Tide &amp; time</title><meta property="og:site_name" content="The Pier">
  <meta property="og:description" content="High at 14:20"><meta property="og:image" content="/tide.png"></head>`;

/** A web of one server, whose pages come when one lets them. */
async function startWeb() {
  const held: ServerResponse[] = [];
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url!);
    if (request.url === '/tide.png') response.writeHead(200, { 'content-type': 'image/png' }).end(picture);
    else if (request.url === '/held') held.push(response);
    else answer(response);
  });
  const answer = (response: ServerResponse) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end(page);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  platform.beforeClose(async () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const web = {
    isPublic: (address: string) => address === '127.0.0.1',
    isPort: (each: number) => each === port,
    resolve: async (name: string) => [name === 'inside.example' ? '10.0.0.1' : '127.0.0.1'],
    timeoutMs: 120_000,
  };
  const release = () => {
    for (const response of held.splice(0)) answer(response);
  };
  return { web, asked, held, release, at: (host: string, path: string) => `http://${host}:${port}${path}` };
}

/** Files that take `web` for the web, and a gate that tells of them. Answers with gate's address. */
async function startFiles(web: Awaited<ReturnType<typeof startWeb>>['web']): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-files-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/files`;
  const [host, none] = ['127.0.0.1', '0'];
  const config = parseFilesConfig({
    ...{ MYSQL_URL: platform.mysql.url, SESSION_PUBLIC_KEYS: publicSessionKeys(platform.sessionKeys) },
    ...{ LINK_SECRET: 'a secret of tests, long enough.......', FILES_URL: url, STORAGE_DIR: folder },
    ...{ HTTP_HOST: host, OPS_HOST: host, TCP_HOST: host },
    ...{ HTTP_PORT: String(port), OPS_PORT: none, TCP_PORT: none, LINK_PREVIEWS: 'on', MEDIA_SECONDS: '120' },
  });
  const files = createFiles(config, { log: createLog('files', 'silent'), web });
  await files.start();
  platform.beforeClose(async () => {
    await files.close();
    await rm(folder, { recursive: true, force: true });
  });
  return (await platform.addGate({ FILES_URL: url, LINK_PREVIEWS: 'on' })).url;
}

const card = (view: Page, text: string) =>
  message(view, text).getByRole('link', { name: 'Preview of the page: The Pier Tide & time High at 14:20' });
const heightOf = async (view: Page, text: string) => (await message(view, text).boundingBox())!.height;

async function assertClean(view: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await view.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(view), []);
  }
}

test('a link shows what is behind it, which the server alone has read, until one likes it no more', async () => {
  const small = await startWeb();
  const gateUrl = await startFiles(small.web);
  const { people } = await seedFriends(platform);
  const [one, other] = await twoAtTheirPages(browser, gateUrl, people);

  // Its place is there before it is known.
  await send(one.page, `first tide ${small.at('pier.example', '/held')} and more`);
  await eventually('the page is asked for', () => small.held.length === 1);
  await message(other.page, 'first tide').waitFor();
  await eventually('its place is kept', async () => (await heightOf(other.page, 'first tide')) > 130);
  const before = await heightOf(other.page, 'first tide');
  small.release();
  for (const { page: view } of [one, other]) {
    await card(view, 'first tide').waitFor();
    await eventually('its picture is there', () =>
      card(view, 'first tide')
        .locator('img')
        .evaluate((image) => (image as HTMLImageElement).naturalWidth === 320),
    );
  }
  assert.equal(await heightOf(other.page, 'first tide'), before, 'nothing moved when it came');
  assert.deepEqual(small.asked, ['/held', '/tide.png'], 'once for both');
  assert.equal(await card(other.page, 'first tide').getAttribute('href'), small.at('pier.example', '/held'));
  await assertClean(other.page);

  // Tab comes to it from the message.
  await message(other.page, 'first tide').focus();
  const isAtCard = () => card(other.page, 'first tide').evaluate((link) => link === document.activeElement);
  for (let presses = 0; presses < 4 && !(await isAtCard()); presses++) await other.page.keyboard.press('Tab');
  assert.ok(await isAtCard());

  // In a thread as in the conversation; nobody is asked again.
  await message(one.page, 'first tide').getByRole('button', { name: 'Message actions' }).press('Enter');
  await one.page.getByRole('menuitem', { name: 'Reply in thread' }).press('Enter');
  const thread = one.page.getByRole('dialog', { name: 'Thread' });
  const inThread = (text: string) =>
    thread
      .getByRole('article')
      .filter({ hasText: text })
      .getByRole('link', { name: 'Preview of the page: The Pier Tide & time High at 14:20' });
  await inThread('first tide').waitFor();
  await thread.getByRole('textbox').fill(`below ${small.at('pier.example', '/held')}`);
  await thread.getByRole('textbox').press('Enter');
  await inThread('below').waitFor();
  const within = await inThread('below').boundingBox();
  const drawer = await thread.boundingBox();
  assert.ok(within!.x >= drawer!.x && within!.x + within!.width <= drawer!.x + drawer!.width);
  await assertClean(one.page);
  assert.equal(small.asked.filter((url) => url === '/held').length, 1);
  await one.page.keyboard.press('Escape');
  await thread.waitFor({ state: 'detached' });

  // What has none, or stands in code, has no place either.
  const refused = other.page.waitForResponse(/\/v1\/previews$/);
  await send(one.page, `second ${small.at('inside.example', '/')}`);
  assert.equal((await refused).status(), 422);
  await send(one.page, `third \`${small.at('pier.example', '/code')}\``);
  await message(other.page, 'third').waitFor();
  await eventually('their places are gone', async () => {
    const heights = [await heightOf(other.page, 'second'), await heightOf(other.page, 'third')];
    return heights.every((height) => height < 110);
  });

  // In the other language, on a page that begins with it.
  const third = (await browser.open(gateUrl, { locale: 'zh-CN' })).page;
  await third.getByLabel(zh['login.email']).fill(people[0].email);
  await third.getByLabel(zh['login.password'], { exact: true }).fill(people[0].password);
  await third.getByRole('button', { name: zh['login.submit'] }).click();
  await third.getByRole('link', { name: people[1].name }).click();
  const named = new RegExp(`^${zhWriting['preview.of']}.*Tide & time`);
  await message(third, 'first tide').getByRole('link', { name: named }).waitFor();
  await assertClean(third);

  await section(other.page, 'Settings').click();
  await other.page.getByRole('link', { name: 'Appearance' }).click();
  await other.page.getByRole('switch', { name: /Previews of links/ }).click();
  await assertClean(other.page);
  await section(other.page, 'Chats').click();
  await openChat(other.page, people[0].name);
  await message(other.page, 'first tide').waitFor();
  const asked: string[] = [];
  other.page.on('request', (request) => asked.push(request.url()));
  await send(one.page, `fourth ${small.at('pier.example', '/fourth')}`);
  await card(one.page, 'fourth').waitFor();
  await message(other.page, 'fourth').waitFor();
  assert.equal(await other.page.getByRole('link', { name: /Preview of the page/ }).count(), 0);
  assert.ok(!asked.some((url) => url.endsWith('/v1/previews')));
  assert.deepEqual([...one.complaints, ...other.complaints], [], 'no browser asks anybody but the platform');
});
