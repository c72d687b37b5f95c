import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { zh } from '../../apps/web/src/i18n/zh.ts';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { connectDevice } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { areLoaded, bring, chooser, picture, queue, swipe, video, watchShifts } from './attaching.ts';
import { violations } from './axe.ts';
import { logIn, message, openChat, section, send, texts, twoAtTheirPages } from './screens.ts';
import { seedFriends } from './seeds.ts';

const platform = usePlatform({
  files: true,
  nodes: 1,
  environment: { gate: { WEB_ROOT: webRoot, MAX_FILE_MB: '4' }, files: { MAX_FILE_MB: '4' } },
});
const browser = useBrowser(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']);

const digits = [...Array(10).keys()].map((digit) => `SELECT ${digit} AS d`).join(' UNION ALL ');

/** Three hundred links, long ago. */
async function seedLinks(conversation: number, sender: number): Promise<void> {
  await platform.db.run(
    `INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text)
     SELECT ?, 1 + n.id, ?, CONCAT('link ', n.id), 1 + n.id, CONCAT('see https://example.org/', n.id) FROM
       (SELECT 100 * hundreds.d + 10 * tens.d + ones.d AS id
        FROM (${digits}) AS hundreds, (${digits}) AS tens, (${digits}) AS ones) AS n WHERE n.id < 300`,
    [conversation, sender],
  );
  await platform.db.run('UPDATE conversations SET hint_seq = 300, hint_at = 300 WHERE id = ?', [
    conversation,
  ]);
  await platform.db.run('UPDATE members SET read_seq = 300, received_seq = 300 WHERE conversation_id = ?', [
    conversation,
  ]);
}

/** Two people at their pages. */
async function two({ links = false } = {}) {
  const { people, conversation } = await seedFriends(platform);
  if (links) await seedLinks(conversation, people[0].id);
  const [one, other] = await twoAtTheirPages(browser, platform.gateUrl, people);
  return { people, one, other };
}

/** Two people at their pages, and the second one's small Chinese phone. */
async function three() {
  const { people, one, other } = await two();
  const phone = await browser.open(platform.gateUrl, {
    ...{ viewport: { width: 360, height: 740 }, hasTouch: true, locale: 'zh-CN' },
  });
  await phone.page.getByLabel(zh['login.email']).fill(people[1].email);
  await phone.page.getByLabel(zh['login.password'], { exact: true }).fill(people[1].password);
  await phone.page.getByRole('button', { name: zh['login.submit'] }).click();
  return { people, one, other, phone };
}

test('pictures that are chosen, pasted and dropped come as an album that shifts nothing, on a phone too', async () => {
  const { people, one, other, phone } = await three();
  await one.page.getByRole('button', { name: 'Attach' }).waitFor();
  await chooser(one.page, 'media').setInputFiles([
    await picture('pier.jpg', 1_600, 1_200, 1),
    await picture('mast.jpg', 900, 1_200, 2),
  ]);
  await bring(one.page, 'paste', await picture('pasted.jpg', 800, 800, 3));
  await bring(one.page, 'drop', await picture('dropped.jpg', 1_200, 500, 4));
  await eventually('all four wait', async () => (await queue(one.page).getByRole('listitem').count()) === 4);
  const held = Promise.withResolvers<void>();
  await other.context.route('**/v1/content/**', async (route) => {
    await held.promise;
    await route.continue();
  });
  await send(one.page, 'From the pier');
  await send(one.page, 'and a word after');

  const article = message(other.page, 'From the pier');
  await article.getByRole('button', { name: 'Open photo 4 of 4' }).waitFor();
  await message(other.page, 'and a word after').waitFor();
  await eventually('they are asked for', async () => (await article.locator('img').count()) === 4);
  const before = await article.boundingBox();
  const shifted = await watchShifts(other.page);
  held.resolve();
  await eventually('all pictures are loaded', async () => areLoaded(article, 4), 30_000);
  assert.deepEqual(await article.boundingBox(), before, 'nothing moved when they came');
  // A name or a mark elsewhere on the page may come in a pixel wider; a picture without its place is a hundred times as much.
  const shift = await shifted();
  assert.ok(shift < 0.001, `${shift}`);
  assert.deepEqual(await texts(other.page), ['From the pier', 'and a word after']);

  const small = phone.page;
  await small.getByRole('link', { name: people[0].name }).click();
  await message(small, 'From the pier').waitFor();
  const wider = await small.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wider <= 0, `${wider} pixels wider than the phone`);
  const photo = (index: number) =>
    zh['files.open.photo'].replace('{index}', `${index}`).replace('{count}', '4');
  const onPhone = message(small, 'From the pier').getByRole('button', { name: /^打开第/ });
  for (const tile of await onPhone.all()) {
    const { x, width } = (await tile.boundingBox())!;
    assert.ok(x + width <= 360, `a picture ends at ${x + width}`);
  }
  assert.deepEqual(await violations(small), []);
  await small.getByRole('button', { name: zh['files.attach'] }).click();
  const asked = small.waitForEvent('filechooser');
  await small.getByRole('menuitem', { name: zh['files.attach.camera'] }).click();
  const camera = (await asked).element();
  assert.deepEqual(
    [await camera.getAttribute('accept'), await camera.getAttribute('capture')],
    ['image/*', 'environment'],
  );
  await small.getByRole('menu').waitFor({ state: 'detached' });
  await small.getByRole('button', { name: photo(2) }).click();
  const smallBox = small.getByRole('dialog', { name: zh['files.lightbox'] });
  await smallBox.getByText('2 / 4').waitFor();
  await swipe(small, 300, 60);
  await smallBox.getByText('3 / 4').waitFor();
  await smallBox.getByRole('button', { name: zh['action.close'] }).click();
  await smallBox.waitFor({ state: 'detached' });

  await article.getByRole('button', { name: 'Open photo 1 of 4' }).click();
  const box = other.page.getByRole('dialog', { name: 'Photos and videos' });
  await box.waitFor();
  await box.getByText('1 / 4').waitFor();
  await other.page.keyboard.press('ArrowRight');
  await box.getByText('2 / 4').waitFor();
  const shown = box.locator('.pswp__item[aria-hidden="false"] img.pswp__img').last();
  const widthOf = async () => (await shown.boundingBox())!.width;
  await eventually('it is shown', async () => (await widthOf()) > 100);
  const plain = await widthOf();
  await other.page.keyboard.press('+');
  await eventually('it is larger', async () => (await widthOf()) > plain * 1.2);
  await other.page.keyboard.press('-');
  await eventually('it is as before', async () => Math.abs((await widthOf()) - plain) < 2);
  const download = other.page.waitForEvent('download');
  await box.getByRole('button', { name: 'Save' }).click();
  assert.equal((await download).suggestedFilename(), 'mast.jpg');
  assert.deepEqual(await violations(other.page), []);
  await other.page.keyboard.press('Escape');
  await box.waitFor({ state: 'detached' });
  assert.deepEqual([...one.complaints, ...other.complaints, ...phone.complaints], []);
});

test('files are named where a line stands for them, and are saved under their names', async () => {
  const { people, one, other } = await two({ links: true });
  await one.page.getByRole('button', { name: 'Attach' }).waitFor();
  await chooser(one.page, 'any').setInputFiles({
    name: 'tides.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('day,high\nsat,14:20\n'),
  });
  await one.page.getByRole('button', { name: 'Send', exact: true }).click();
  const card = other.page.getByRole('article').getByRole('button', { name: 'Save tides.csv' });
  await card.waitFor();
  const download = other.page.waitForEvent('download');
  await card.click();
  assert.equal((await download).suggestedFilename(), 'tides.csv');
  const row = other.page.getByRole('region', { name: 'Chats' }).getByRole('link', { name: people[0].name });
  await row.getByText('tides.csv').waitFor();

  await chooser(one.page, 'media').setInputFiles([await picture('lamp.jpg', 600, 400, 9)]);
  await one.page.getByRole('button', { name: 'Send', exact: true }).click();
  await row.getByText('Photo').waitFor();
  await other.page.getByRole('button', { name: 'More actions' }).last().click();
  await other.page.getByRole('menuitem', { name: 'Shared files' }).click();
  const shared = other.page.getByRole('dialog', { name: 'Shared files' });
  await shared.getByRole('button', { name: 'Open photo 1 of 1' }).waitFor();
  await eventually('the picture is loaded', async () => areLoaded(shared));
  assert.deepEqual(await violations(other.page), []);
  await shared.getByRole('tab', { name: 'Files' }).click();
  await shared.getByRole('button', { name: 'Save tides.csv' }).waitFor();
  await shared.getByRole('tab', { name: 'Links' }).click();
  // More than a page of them, of which the next comes as one scrolls.
  const links = shared.getByRole('link');
  await links.first().waitFor();
  assert.equal(await links.first().innerText(), 'https://example.org/299');
  assert.equal(await links.count(), 50);
  await eventually('all of them come as one scrolls', async () => {
    await links.last().scrollIntoViewIfNeeded();
    return (await links.count()) === 300;
  });
  assert.deepEqual([...one.complaints, ...other.complaints], []);
});

test('a video is sent, shown and played in full', async () => {
  const { one, other } = await two();
  await one.page.getByRole('button', { name: 'Attach' }).waitFor();
  await chooser(one.page, 'media').setInputFiles([await video(one.page, 'lock.webm')]);
  await one.page.getByRole('button', { name: 'Send', exact: true }).click();
  await other.page.getByRole('button', { name: /^Play video 1 of 1/ }).click();
  const box = other.page.getByRole('dialog', { name: 'Photos and videos' });
  await eventually('it is played', async () => {
    const at = await box.locator('video').evaluate((shown) => (shown as HTMLVideoElement).currentTime);
    return at > 0.2;
  });
  await other.page.keyboard.press('Escape');
  await box.waitFor({ state: 'detached' });
  assert.deepEqual([...one.complaints, ...other.complaints], []);
});

test('voice is recorded, sent and played', async () => {
  const { one, other } = await two();
  await one.page.getByRole('button', { name: 'Record a voice message' }).click();
  await one.page.getByText(/Recording, 0:(0[2-9]|[1-5]\d)/).waitFor();
  assert.deepEqual(await violations(one.page), []);
  await one.page.getByRole('button', { name: 'Send the voice message' }).click();
  const article = other.page.getByRole('article').filter({ has: other.page.getByRole('slider') });
  await article.getByRole('button', { name: 'Play' }).click();
  await eventually('it is played', async () => {
    const at = await article.locator('audio').evaluate((audio) => (audio as HTMLAudioElement).currentTime);
    return at > 0.2;
  });
  const heights = await article
    .getByRole('slider')
    .locator('span')
    .evaluateAll((bars) => bars.map((bar) => (bar as HTMLElement).style.height));
  assert.equal(heights.length, 64);
  assert.ok(new Set(heights).size > 1, 'the beeps of the microphone are seen');
  assert.deepEqual(await violations(other.page), []);
  assert.deepEqual([...one.complaints, ...other.complaints], []);
});

test('an upload goes on after the page was reloaded, and what was written after it comes after it', async () => {
  const { one, other } = await two();
  const { page, context } = one;
  await page.getByRole('button', { name: 'Attach' }).waitFor();
  let begun = 0;
  await context.route('**/v1/uploads/*', async (route) => {
    // What is under way when the page goes.
    if (route.request().method() === 'PATCH') begun++;
    else await route.continue();
  });
  const buffer = randomBytes(3_000_000);
  await chooser(page, 'any').setInputFiles({ name: 'log.bin', mimeType: 'application/octet-stream', buffer });
  await eventually('it is under way', () => begun > 0);
  await send(page, 'the log');
  await send(page, 'and what I make of it');
  await queue(page).getByText('Goes after the files: and what I make of it').waitFor();
  await eventually('its bytes are kept', () =>
    page.evaluate(
      () =>
        new Promise<boolean>((resolve) => {
          const request = indexedDB.open('berth-uploads');
          request.onsuccess = () => {
            const count = request.result.transaction('bytes').objectStore('bytes').count();
            count.onsuccess = () => {
              request.result.close();
              resolve(count.result > 0);
            };
          };
        }),
    ),
  );
  await context.unroute('**/v1/uploads/*');
  await page.reload();
  await message(other.page, 'and what I make of it').waitFor();
  await message(other.page, 'the log').getByRole('button', { name: 'Save log.bin' }).waitFor();
  assert.deepEqual(await texts(other.page), ['the log', 'and what I make of it']);
  await queue(page).waitFor({ state: 'detached' });
});

test('an upload is paused, goes on, is given up, and says why it is not taken', async () => {
  const { people } = await seedFriends(platform);
  const { page, context } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await page.getByRole('button', { name: 'Attach' }).waitFor();
  await chooser(page, 'any').setInputFiles({
    name: 'huge.bin',
    mimeType: 'application/octet-stream',
    buffer: Buffer.alloc(4_300_000),
  });
  await queue(page)
    .getByText(/Larger than the \d+ MiB that are allowed/)
    .waitFor();
  assert.equal(await queue(page).getByRole('button', { name: 'Try huge.bin again' }).count(), 0);
  assert.deepEqual(await violations(page), []);
  await queue(page).getByRole('button', { name: 'Remove huge.bin' }).click();
  await queue(page).waitFor({ state: 'detached' });

  let isAway = true;
  await context.route('**/v1/uploads*', (route) =>
    isAway ? route.fulfill({ status: 422, body: '{"error":{"code":"limit_reached"}}' }) : route.continue(),
  );
  await chooser(page, 'any').setInputFiles({ name: 'a.bin', mimeType: '', buffer: Buffer.from('abc') });
  await queue(page).getByText('There is no more room for your files').waitFor();
  isAway = false;
  await queue(page).getByRole('button', { name: 'Try a.bin again' }).click();
  await queue(page).getByText('Ready').waitFor();

  let isHeld = true;
  await context.route('**/v1/uploads/*', (route) =>
    isHeld && route.request().method() === 'PATCH' ? undefined : route.continue(),
  );
  await chooser(page, 'any').setInputFiles({ name: 'b.bin', mimeType: '', buffer: Buffer.from('abcd') });
  await queue(page).getByRole('progressbar', { name: 'b.bin' }).waitFor();
  await queue(page).getByRole('button', { name: 'Pause b.bin' }).click();
  await queue(page).getByText('Paused at 0%').waitFor();
  isHeld = false;
  await queue(page).getByRole('button', { name: 'Resume b.bin' }).click();
  await eventually(
    'both are ready',
    async () =>
      (await queue(page)
        .getByText(/^Ready/)
        .count()) === 2,
  );
  isHeld = true;
  await chooser(page, 'any').setInputFiles({ name: 'c.bin', mimeType: '', buffer: Buffer.from('abcde') });
  const known = () => platform.db.rows("SELECT state FROM files WHERE name = 'c.bin'");
  await eventually('the server knows of it', async () => (await known()).length === 1);
  await queue(page).getByRole('button', { name: 'Remove c.bin' }).click();
  await queue(page).getByText('c.bin').waitFor({ state: 'detached' });
  await eventually('the server has forgotten it', async () => (await known()).length === 0);
});

test('people and groups have pictures, cut by keyboard', async () => {
  const { people, one, other } = await two();
  const { page } = one;
  const owner = await connectDevice(platform, people[0], { deviceClass: 'setup' });
  const members = [people[1].id];
  await owner.client.request('groupCreate', { cid: 'pilots', title: 'Pilots', members });
  await owner.client.close();
  await section(page, 'Settings').click();
  await page.getByRole('link', { name: 'Profile' }).click();
  await page.getByRole('button', { name: 'Change picture' }).waitFor();
  await page.locator('input[accept="image/*"]').setInputFiles(await picture('me.jpg', 900, 600, 5));
  const dialog = page.getByRole('dialog', { name: 'Choose what is shown' });
  await dialog.getByRole('application', { name: 'Part that is shown' }).focus();
  await page.keyboard.press('ArrowRight');
  await dialog.getByRole('slider', { name: 'Zoom' }).focus();
  await page.keyboard.press('ArrowRight');
  assert.deepEqual(await violations(page), []);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Remove picture' }).waitFor();
  const row = other.page.getByRole('region', { name: 'Chats' }).getByRole('link', { name: people[0].name });
  await eventually('the other one sees it', async () => {
    return (await row.locator('img').count()) === 1 && areLoaded(row);
  });

  await section(page, 'Chats').click();
  await openChat(page, 'Pilots');
  await page.getByRole('button', { name: 'Group details' }).last().click();
  await page
    .getByRole('dialog', { name: 'Group details' })
    .locator('input[accept="image/*"]')
    .setInputFiles(await picture('crew.jpg', 600, 900, 6));
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  const group = other.page.getByRole('region', { name: 'Chats' }).getByRole('link', { name: 'Pilots' });
  await eventually("it sees the group's", async () => {
    return (await group.locator('img').count()) === 1 && areLoaded(group);
  });
  assert.deepEqual([...one.complaints, ...other.complaints], []);
});

test('where the platform takes no files there is nothing to attach them with', async () => {
  const { people } = await seedFriends(platform);
  const { page } = await browser.open('about:blank', { serviceWorkers: 'block' });
  await page.route('**/v1/platform', async (route) => {
    const response = await route.fetch();
    const { files: _, ...answer } = await response.json();
    await route.fulfill({ response, json: answer });
  });
  await page.goto(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await send(page, 'words alone');
  await message(page, 'words alone').getByLabel('Sent', { exact: true }).waitFor();
  for (const name of ['Attach', 'Record a voice message'])
    assert.equal(await page.getByRole('button', { name }).count(), 0);
  await bring(page, 'drop', await picture('x.jpg', 10, 10, 1));
  assert.equal(await queue(page).count(), 0);
});
