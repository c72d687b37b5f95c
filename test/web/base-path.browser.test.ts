import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freePort } from '@berth/stores';
import type { Page } from 'playwright-core';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { FrontProxy } from '../harness/front-proxy.ts';
import { closeAll, connectDevice, type Person, seedPeople } from '../harness/people.ts';
import { type PlatformDoors, usePlatform } from '../harness/platform.ts';
import { logIn, message, nodeOf, section, send } from './screens.ts';

/** Of the host below whose `/chat/` the platform is. */
const port = await freePort();
const host = `http://127.0.0.1:${port}`;
const platform = usePlatform({
  environment: {
    gate: { WEB_ROOT: webRoot, BASE_PATH: '/chat/' },
    chat: { CLIENT_URL: `ws://127.0.0.1:${port}/chat/n/{node}` },
  },
});
const browser = useBrowser();

// `/chat/` is passed on as it is. What is below `/other/` is the same platform behind a proxy that changes the path.
const front = new FrontProxy((path) => {
  const node = platform.nodes.find(({ name }) => path === `/chat/n/${name}`);
  if (node) return { port: node.wsPort, path };
  const gate = Number(new URL(platform.gateUrl).port);
  if (path.startsWith('/other/')) return { port: gate, path: path.replace('/other/', '/chat/') };
  return path.startsWith('/chat') ? { port: gate, path } : undefined;
});
before(() => front.listen(port));
after(() => front.close());

/** The platform as it is seen from outside. */
const doors = (): PlatformDoors => ({
  gateUrl: `${host}/chat/`,
  db: platform.db,
  mailbox: platform.mailbox,
  beforeClose: (close) => platform.beforeClose(close),
});

async function inviteOf(person: Person): Promise<string> {
  const device = await connectDevice(doors(), person, { deviceClass: 'setup' });
  const { invite } = (await device.client.request('inviteCreate', {})).invite;
  await closeAll([device]);
  return invite;
}

const cacheNames = (page: Page) => page.evaluate(async () => (await caches.keys()).sort());

test('below a path one registers, writes, reloads, and has a worker of one’s own', async () => {
  const [ann] = await seedPeople(doors(), 1, 'host');
  const mine = await browser.open(`${host}/chat`);
  assert.equal(mine.page.url(), `${host}/chat/`);
  await logIn(mine.page, ann!);
  await section(mine.page, 'Contacts').click();
  await mine.page.getByRole('link', { name: 'Invite links' }).click();
  await mine.page.getByRole('button', { name: 'Create link' }).click();
  const link = await mine.page.getByRole('textbox', { name: 'Link' }).inputValue();
  assert.ok(link.startsWith(`${host}/chat/#/invite/`), link);

  const { page, context, complaints } = await browser.open(link);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.getByText(`${ann!.name} invites you.`).waitFor();
  await page.getByLabel('E-mail address').fill('newcomer@example.org');
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByLabel('Code from the e-mail').fill(await platform.mailbox.code('newcomer@example.org'));
  await page.getByLabel('User name').fill('newcomer');
  await page.getByLabel('Password', { exact: true }).fill('Harbour-light-9');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('textbox', { name: `Message to ${ann!.name}` }).waitFor();
  await send(page, 'Ahoy from below');
  await section(mine.page, 'Chats').click();
  await mine.page.getByRole('region', { name: 'Chats' }).getByRole('link', { name: 'newcomer' }).click();
  await message(mine.page, 'Ahoy from below').waitFor();

  // Reloaded where one is, and by a path that is none of the page.
  const deep = page.url();
  assert.match(deep, /\/chat\/#\/chats\/\d+$/);
  await page.reload();
  await message(page, 'Ahoy from below').waitFor();
  assert.match(await nodeOf(page), /^chat-\d$/);
  await page.goto(deep.replace('/chat/#', '/chat/some/page#'));
  await message(page, 'Ahoy from below').waitFor();
  assert.equal(page.url(), deep);

  const worker = await page.evaluate(async () => {
    const { scope, active } = await navigator.serviceWorker.ready;
    return { scope, script: active!.scriptURL };
  });
  assert.deepEqual(worker, { scope: `${host}/chat/`, script: `${host}/chat/sw.js` });
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);

  // gate away: the page comes from the worker.
  await context.route(/\/chat\//, (route) => route.abort());
  await page.reload();
  await message(page, 'Ahoy from below').waitFor();
  assert.deepEqual(
    asked.filter((path) => !path.startsWith('/chat')),
    [],
  );
  assert.deepEqual([...mine.complaints, ...complaints], []);
});

test('two installations on one host know nothing of each other', async () => {
  const [ann, bob] = await seedPeople(doors(), 2);
  const { page } = await browser.open(`${host}/chat/`);
  await logIn(page, ann!);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const [cache] = await cacheNames(page);

  await page.goto(`${host}/other/#/invite/${await inviteOf(ann!)}`);
  await page.getByText(`${ann!.name} invites you.`).waitFor();
  await page.getByRole('link', { name: 'Log in instead' }).click();
  await logIn(page, bob!);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const both = await cacheNames(page);
  assert.equal(both.length, 2);
  assert.ok(both.includes(cache!), 'the worker of the one leaves the cache of the other');
  const scopes = await page.evaluate(async () =>
    (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope).sort(),
  );
  assert.deepEqual(scopes, [`${host}/chat/`, `${host}/other/`]);

  for (const [path, person] of [
    ['/chat/', ann],
    ['/other/', bob],
  ] as const) {
    await page.goto(`${host}${path}#/settings/profile`);
    await page.getByText(person!.email).first().waitFor();
  }
});
