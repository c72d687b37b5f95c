import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { zh as acts } from '../../apps/web/src/acts/acts-catalogue.ts';
import { zh } from '../../apps/web/src/i18n/zh.ts';
import { useBrowser, webRoot } from '../harness/browser.ts';
import {
  closeAll,
  connectDevice,
  createGroup,
  type Device,
  type Person,
  seedPeople,
} from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { violations } from './axe.ts';
import { logIn, message, openChat } from './screens.ts';

const platform = usePlatform({ files: true, nodes: 1, environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

/** A group of three, its owner first; everybody is connected elsewhere, too. */
async function crew(title: string): Promise<{ devices: [Device, Device, Device]; group: number }> {
  const devices: Device[] = [];
  for (const person of await seedPeople(platform, 3, 'mate'))
    devices.push(await connectDevice(platform, person, { deviceClass: 'setup' }));
  return { devices: devices as [Device, Device, Device], group: await createGroup(devices, title) };
}

async function assertClean(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), []);
  }
}

const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const phone: BrowserContextOptions = {
  ...{ locale: 'zh-CN', hasTouch: true, isMobile: true },
  viewport: { width: 360, height: 740 },
  serviceWorkers: 'block',
};

async function logInChinese(page: Page, { email, password }: Person): Promise<void> {
  await page.getByLabel(zh['login.email']).fill(email);
  await page.getByLabel(zh['login.password'], { exact: true }).fill(password);
  await page.getByRole('button', { name: zh['login.submit'] }).click();
}

/** Opens the menu of a message, as with the keyboard. */
async function choose(place: Locator, page: Page, text: string, item: string): Promise<void> {
  const button = place
    .getByRole('article')
    .filter({ hasText: text })
    .getByRole('button', { name: 'Message actions' });
  await button.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: item, exact: true }).press('Enter');
  await page.getByRole('menu').waitFor({ state: 'detached' });
}

const isFocused = (locator: Locator): Promise<boolean> =>
  locator.evaluate((it) => it === document.activeElement);

test('several messages are selected by keys, the menu and taps, and one thing is done with all of them', async (t) => {
  const { devices, group } = await crew('Selectors');
  const [owner, bob, cat] = devices;
  const elsewhere = { cid: 'elsewhere', title: 'Elsewhere', members: [bob.person.id] };
  await owner.client.request('groupCreate', elsewhere);
  for (let index = 1; index <= 6; index++) await (index % 2 ? owner : bob).say(group, `line ${index}`);
  const permissions = ['clipboard-read', 'clipboard-write'];
  const { page, complaints } = await browser.open(platform.gateUrl, { permissions });
  const { keyboard } = page;
  await logIn(page, owner.person);
  await openChat(page, 'Selectors');
  await message(page, 'line 6').waitFor();
  const bar = page.getByRole('group', { name: 'Selected messages' });
  const field = page.getByRole('textbox', { name: /^Message to/ });
  const box = (text: string, isChecked: boolean) =>
    page.getByRole('checkbox', { name: new RegExp(text), checked: isChecked });

  await t.test(
    'by Space and by Shift with the arrows; Escape leaves them, and what was written stays',
    async () => {
      await field.fill('half a thought');
      await keyboard.press('Escape');
      await eventually('the keyboard is at the last message', () => isFocused(message(page, 'line 6')));
      await keyboard.press('Space');
      await bar.getByText('1 selected').waitFor();
      await box('line 6', true).waitFor();
      await box('line 5', false).waitFor();
      // Whoever hears the page is told with the message.
      assert.match(
        await message(page, 'line 6').evaluate((it) =>
          it
            .getAttribute('aria-labelledby')!
            .split(' ')
            .map((id) => document.getElementById(id)!.textContent)
            .join(' '),
        ),
        /line 6.*Selected$/,
      );
      await keyboard.press('Shift+ArrowUp');
      await keyboard.press('Shift+ArrowUp');
      await bar.getByText('3 selected').waitFor();
      await keyboard.press('Shift+ArrowDown');
      await bar.getByText('2 selected').waitFor();
      await assertClean(page);
      // Past one that is left out.
      await keyboard.press('ArrowUp');
      await keyboard.press('ArrowUp');
      await keyboard.press('Space');
      await bar.getByText('3 selected').waitFor();
      await keyboard.press('Control+c');
      await bar.waitFor({ state: 'detached' });
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(copied, /^You, .*\nline 3\n\nYou, .*\nline 5\n\n.*, .*\nline 6$/);
      await eventually('the keyboard is where it was', () => isFocused(message(page, 'line 3')));
      await keyboard.press('Space');
      await bar.waitFor();
      assert.equal(await field.isVisible(), false);
      await keyboard.press('Escape');
      await bar.waitFor({ state: 'detached' });
      assert.equal(await field.inputValue(), 'half a thought');
      await field.fill('');
    },
  );

  await t.test('they are passed on in their order', async () => {
    await choose(page.locator('#content'), page, 'line 2', 'Select');
    await bar.getByText('1 selected').waitFor();
    await eventually('the keyboard is at the message', () => isFocused(message(page, 'line 2')));
    // A press of one selects it, whatever is pressed of it; with Shift all up to it.
    await message(page, 'line 4').click({ modifiers: ['Shift'] });
    await bar.getByText('3 selected').waitFor();
    await message(page, 'line 3').click();
    await bar.getByText('2 selected').waitFor();
    await bar.getByRole('button', { name: 'Forward' }).click();
    const dialog = page.getByRole('dialog', { name: 'Forward to' });
    await dialog.getByRole('searchbox', { name: 'Search chats' }).fill('else');
    await dialog.getByRole('checkbox', { name: 'Elsewhere' }).click();
    await assertClean(page);
    // It closes by itself, and leaves what is selected.
    await keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await bar.getByRole('button', { name: 'Forward' }).press('Enter');
    await dialog.getByRole('checkbox', { name: 'Elsewhere' }).click();
    await dialog.getByRole('button', { name: 'Forward 2 messages' }).click();
    await bar.waitFor({ state: 'detached' });
    await openChat(page, 'Elsewhere');
    await message(page, 'line 4').getByText('Forwarded from').waitFor();
    assert.deepEqual(
      await page
        .getByRole('article')
        .filter({ hasText: 'Forwarded from' })
        .locator('[dir="auto"]')
        .allInnerTexts(),
      ['line 2', 'line 4'],
    );
    await openChat(page, 'Selectors');
  });

  await t.test(
    'they are bookmarked, deleted for oneself and for everybody, and the latter two undone',
    async () => {
      const two = async (one: string, other: string) => {
        await choose(page.locator('#content'), page, one, 'Select');
        await message(page, other).click();
        await bar.getByText('2 selected').waitFor();
      };
      await two('line 1', 'line 2');
      await bar.getByRole('button', { name: 'Bookmark' }).click();
      await page.getByText('Bookmarked for you alone').waitFor();
      await two('line 1', 'line 2');
      await bar.getByRole('button', { name: 'Remove bookmark' }).waitFor();
      await bar.getByRole('button', { name: 'Delete for me' }).click();
      const notice = page.locator('[data-notice]').filter({ hasText: '2 messages are deleted for you' });
      await notice.getByRole('button', { name: 'Undo' }).click();
      await message(page, 'line 1').waitFor();
      await two('line 1', 'line 2');
      // An admin takes back what anybody said.
      await bar.getByRole('button', { name: 'Delete for everyone' }).click();
      await page.getByText('2 messages are deleted for everyone').waitFor();
      await keyboard.press('Control+z');
      await message(page, 'line 2').waitFor();
      await two('line 5', 'line 6');
      await bar.getByRole('button', { name: 'Delete for everyone' }).click();
      await eventually('nobody has undone it', async () => {
        const { messages } = await cat.client.request('sync', { conversation: group, after: 0, limit: 50 });
        return messages.filter(({ recalledBy }) => recalledBy === owner.person.id).length === 2;
      });
      assert.deepEqual(complaints, []);
    },
  );

  await t.test('on a phone, in Chinese: a long press, and taps', async () => {
    const small = (await browser.open(platform.gateUrl, phone)).page;
    await logInChinese(small, cat.person);
    await small.getByRole('link', { name: /Selectors/ }).click();
    await message(small, 'line 4').waitFor();
    const { x, y, height } = (await message(small, 'line 3').getByText('line 3').boundingBox())!;
    const session = await small.context().newCDPSession(small);
    const touchPoints = [{ x: x + 4, y: y + height / 2 }];
    await session.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
    const item = small.getByRole('menuitem', { name: acts.select as string, exact: true });
    await item.waitFor();
    await session.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await item.tap();
    const counted = (count: number) =>
      (acts['select.count'] as { other: string }).other.replace('{count}', `${count}`);
    const toolbar = small.getByRole('group', { name: acts['select.bar'] as string });
    await toolbar.getByText(counted(1)).waitFor();
    await message(small, 'line 4').tap();
    await message(small, 'line 2').tap();
    await toolbar.getByText(counted(3)).waitFor();
    await assertClean(small);
    assert.ok((await sideways(small)) <= 0, 'no wider than a phone');
    // A member takes back nobody else's.
    assert.equal(await toolbar.getByRole('button', { name: zh['change.recall'] as string }).count(), 0);
    await toolbar.getByRole('button', { name: zh['change.hide'] as string }).tap();
    await message(small, 'line 4').waitFor({ state: 'detached' });
    await message(small, 'line 1').waitFor();
  });
  await closeAll(devices);
});

test('a thread shows and does what the conversation does', async () => {
  const { devices, group } = await crew('Threaders');
  const [owner, bob] = devices;
  await owner.say(group, 'Which berth?');
  const { page, complaints } = await browser.open(platform.gateUrl);
  await logIn(page, owner.person);
  await openChat(page, 'Threaders');
  const other = await browser.open(platform.gateUrl, phone);
  await logInChinese(other.page, bob.person);
  await other.page.getByRole('link', { name: /Threaders/ }).click();
  await choose(page.locator('#content'), page, 'Which berth?', 'Reply in thread');
  const panel = page.getByRole('dialog', { name: 'Thread' });
  const field = panel.getByRole('textbox', { name: 'Reply in thread' });
  const reply = (text: string) => panel.getByRole('article').filter({ hasText: text });

  // Mentioned by the picker, with a mark and an emoji by its name.
  await field.pressSequentially(`**third**, @${bob.person.name.slice(0, -1)}`);
  await panel.getByRole('option', { name: bob.person.name }).waitFor();
  // The list closes, and the thread stays.
  await field.press('Escape');
  await panel.getByRole('listbox').waitFor({ state: 'detached' });
  await field.pressSequentially(bob.person.name.slice(-1));
  await panel.getByRole('option', { name: bob.person.name }).waitFor();
  await field.press('Enter');
  await field.pressSequentially('look :anchor');
  await panel.getByRole('option', { name: ':anchor:' }).waitFor();
  await field.press('Enter');
  await field.press('Enter');
  await reply('look').locator('strong', { hasText: 'third' }).waitFor();
  await reply('look').getByText(`@${bob.person.name}`).waitFor();
  await reply('look').getByText('⚓').waitFor();

  // A picture with words, which go together.
  const buffer = await sharp({ create: { width: 320, height: 200, channels: 3, background: '#2a6f97' } })
    .jpeg()
    .toBuffer();
  await panel
    .locator('input[accept="image/*,video/*"]')
    .first()
    .setInputFiles({ name: 'berth.jpg', mimeType: 'image/jpeg', buffer });
  await panel.getByRole('region', { name: 'Files to be sent' }).getByText('berth.jpg').waitFor();
  assert.equal(
    await page.locator('#content').getByText('berth.jpg').count(),
    0,
    'it waits in the thread alone',
  );
  await field.fill('here');
  await field.press('Enter');
  await reply('here').locator('img').first().waitFor();

  // The other one is told of the mention, though it was said in a thread, and sees all of it.
  const replies = (zh['talk.replies'] as { other: string }).other.replace('{count}', '2');
  await other.page.getByRole('button', { name: replies }).click();
  const theirs = other.page.getByRole('dialog', { name: zh['talk.thread.title'] as string });
  const seen = (text: string) => theirs.getByRole('article').filter({ hasText: text });
  await seen('look').getByText(`@${bob.person.name}`).waitFor();
  await seen('here').locator('img').first().waitFor();
  await assertClean(other.page);
  assert.ok((await sideways(other.page)) <= 0, 'no wider than a phone');

  // Reactions, replies within, edits and what is taken back.
  await choose(panel, page, 'here', 'React');
  await page.getByRole('combobox', { name: 'Search emoji' }).fill('anchor');
  await page.keyboard.press('Enter');
  await reply('here')
    .getByRole('button', { name: /^⚓ 1\b/, pressed: true })
    .waitFor();
  await seen('here').getByRole('button', { name: /⚓/ }).click();
  await reply('here')
    .getByRole('button', { name: /^⚓ 2\b/ })
    .waitFor();
  await choose(panel, page, 'look', 'Reply');
  await page.keyboard.type('so it is');
  await page.keyboard.press('Enter');
  await reply('so it is').getByRole('button', { name: /look/ }).waitFor();
  await reply('so it is')
    .getByLabel(/^(Sent|Delivered)$/)
    .waitFor();
  await field.press('ArrowUp');
  await eventually('the last one is edited', async () => (await field.inputValue()) === 'so it is');
  await field.press('Escape');
  await panel.waitFor();
  await field.press('ArrowUp');
  await field.fill('so it was');
  await field.press('Enter');
  await seen('so it was')
    .getByText(zh['change.edited'] as string)
    .waitFor();
  await assertClean(page);
  await choose(panel, page, 'so it was', 'Delete for everyone');
  await seen('so it was').waitFor({ state: 'detached' });
  await reply('You deleted a message').waitFor();
  await choose(panel, page, 'here', 'Delete for me');
  await reply('You deleted a message').nth(1).waitFor();
  await reply('You deleted a message').nth(1).waitFor({ state: 'detached' });
  await seen('here').waitFor();

  // What is typed stays with the thread; what is marked leads to it.
  await choose(panel, page, 'look', 'Bookmark');
  await field.fill('not yet');
  await field.press('Escape');
  await panel.waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('textbox', { name: /^Message to/ }).inputValue(), '');
  await page.getByRole('button', { name: 'Actions for all chats' }).click();
  await page.getByRole('menuitem', { name: 'Bookmarks' }).click();
  await page.getByRole('dialog', { name: 'Bookmarks' }).getByRole('button', { name: /look/ }).click();
  await reply('look').waitFor();
  assert.equal(await field.inputValue(), 'not yet');
  await field.press('Escape');
  await panel.waitFor({ state: 'detached' });
  await bob.client.send(group, 'one more', { thread: await firstText(bob, group) }).whenSent();
  await message(page, 'Which berth?').getByRole('button', { name: /new$/ }).click();
  await reply('one more').waitFor();
  await field.press('Escape');
  await message(page, 'Which berth?')
    .getByRole('button', { name: /^\d replies$/ })
    .waitFor();
  assert.deepEqual([...complaints, ...other.complaints], []);
  await closeAll(devices);
});

/** The seq of the first thing that was said. */
async function firstText(device: Device, conversation: number): Promise<number> {
  const { messages } = await device.client.request('sync', { conversation, after: 0, limit: 50 });
  return messages.find(({ kind }) => kind === undefined)!.seq;
}
