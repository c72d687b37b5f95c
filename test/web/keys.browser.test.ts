import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import { zh as zhKeys } from '../../apps/web/src/keys/keys-catalogue.ts';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { closeAll, connectDevice, createGroup, type Device, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { violations } from './axe.ts';
import { logIn, message, openChat, send } from './screens.ts';
import { seedFriends, seedMessages, wordsOf } from './seeds.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

async function assertClean(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), []);
  }
}

const conversationOf = async (one: Device, { person }: Device): Promise<number> =>
  (await one.client.request('directOpen', { user: person.id })).conversation.conversation;

/** Waits until the keyboard is where one writes to somebody. */
const writesTo = (page: Page, name: string) =>
  page.waitForFunction((label) => document.activeElement?.ariaLabel === label, `Message to ${name}`);

test('keys lead to every conversation and person, and tell what they are', async () => {
  const people = await seedPeople(platform, 4, 'keys');
  const devices = [];
  for (const person of people) devices.push(await connectDevice(platform, person, { deviceClass: 'setup' }));
  const [mine, ann, bob] = devices as [Device, Device, Device, Device];
  const [, annName, , stranger] = people.map(({ name }) => name) as [string, string, string, string];
  const group = await createGroup([mine, ann, bob], 'Harbour crew');
  const [first, second] = await Promise.all([ann, bob].map((other) => conversationOf(mine, other)));
  await ann.say(first!, 'first');
  await bob.say(second!, 'second');
  await ann.say(group, 'third');
  const { page, complaints } = await browser.open(platform.gateUrl);
  const { keyboard } = page;
  await logIn(page, people[0]!);
  await page.getByRole('link', { name: /Harbour crew.*third/ }).waitFor();

  const unread = (count: number) =>
    page.waitForFunction((start) => document.title.startsWith(start), `(${count})`);
  await unread(3);
  await keyboard.press('Alt+ArrowDown');
  await writesTo(page, 'Harbour crew');
  await unread(2);
  await keyboard.press('Alt+ArrowDown');
  await writesTo(page, people[2]!.name);
  // What is passed in a blink is not read.
  await unread(1);
  await keyboard.press('Alt+ArrowUp');
  await writesTo(page, 'Harbour crew');
  await keyboard.press('Alt+Shift+ArrowUp');
  await writesTo(page, annName);

  await keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Go to…' });
  await palette.getByRole('option', { name: /Harbour crew/ }).waitFor();
  await assertClean(page);
  await keyboard.type('hbr');
  await palette
    .getByRole('option')
    .and(page.locator('[data-highlighted]'))
    .filter({ hasText: 'Harbour crew' })
    .waitFor();
  await keyboard.press('Enter');
  await palette.waitFor({ state: 'detached' });
  await writesTo(page, 'Harbour crew');
  await keyboard.type('by keyboard');
  await keyboard.press('Enter');
  await message(page, 'by keyboard').waitFor();

  // From where one writes to the messages, to the list; and back.
  await keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement?.tagName === 'ARTICLE');
  await keyboard.press('r');
  await page.getByText(/^Reply to/).waitFor();
  await writesTo(page, 'Harbour crew');
  await keyboard.press('Escape');
  await page.getByText(/^Reply to/).waitFor({ state: 'detached' });
  await keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement?.tagName === 'ARTICLE');
  await keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement?.ariaCurrent === 'true');
  await keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keyboard' });
  await keys.getByText('Go to a person or conversation').waitFor();
  await assertClean(page);
  await keyboard.press('Escape');
  await keys.waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.ariaCurrent === 'true');

  // Somebody with whom there is no conversation is looked for on the platform.
  await keyboard.press('Control+k');
  await keyboard.type(`@${stranger}`);
  const found = palette.getByRole('option', { name: new RegExp(`${stranger}.*Person`) });
  await found.waitFor();
  await found.click();
  await page.getByRole('heading', { name: stranger }).waitFor();

  const chinese = (await browser.open(platform.gateUrl)).page;
  await logIn(chinese, people[0]!);
  await chinese.goto(`${platform.gateUrl}/#/settings/appearance`);
  await chinese.getByRole('radio', { name: '简体中文' }).click();
  await chinese.getByRole('heading', { name: '外观' }).waitFor();
  await chinese.keyboard.press('Control+/');
  await chinese.getByText(String(zhKeys['key.unread'])).waitFor();
  await assertClean(chinese);
  await chinese.keyboard.press('Escape');
  await chinese.getByRole('dialog').waitFor({ state: 'detached' });
  await chinese.keyboard.press('Control+k');
  await chinese.getByRole('option').first().waitFor();
  await assertClean(chinese);
  assert.deepEqual(complaints, []);
  await closeAll(devices);
});

/** One finger on the screen: `path` from where it comes down to where it is lifted. */
async function touch(
  page: Page,
  path: readonly [number, number][],
  held: () => Promise<void>,
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const dispatch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: readonly [number, number]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [{ x: at[0], y: at[1] }] : [] });
  const [from, ...further] = path;
  await dispatch('touchStart', from);
  for (const at of further) await dispatch('touchMove', at);
  await held();
  await dispatch('touchEnd');
  await session.detach();
}

test('on a phone a long press opens the menu, and a swipe replies', async () => {
  const { people, conversation } = await seedFriends(platform);
  await seedMessages(platform, conversation, people, 40);
  const { page, complaints } = await browser.open(platform.gateUrl, {
    ...{ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } },
  });
  await logIn(page, people[0]);
  const row = page.getByRole('link', { name: people[1].name });
  await row.waitFor();
  const at = async (locator: ReturnType<Page['locator']>): Promise<[number, number]> => {
    const box = (await locator.boundingBox())!;
    return [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
  };
  await touch(page, [await at(row)], () => page.getByRole('menuitem', { name: 'Archive' }).waitFor());
  await page.getByRole('menuitem', { name: 'Archive' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('feed').count(), 0, 'it was no press of the link');

  await openChat(page, people[1].name);
  const last = page.locator('[data-seq="40"]').getByText(wordsOf(40));
  await last.waitFor();
  await touch(page, [await at(last)], () =>
    page.getByRole('menuitem', { name: 'Reply', exact: true }).waitFor(),
  );
  await page.getByRole('menuitem', { name: 'Copy' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });

  const [x, y] = await at(last);
  const swiped = page.locator('[data-swiped="armed"]');
  const leftwards = [20, 60, 100].map((far): [number, number] => [x - far, y]);
  await touch(page, [[x, y], ...leftwards], () => swiped.waitFor());
  await page.getByText(/^Reply to/).waitFor();
  await eventually('the message is back in its place', async () => (await swiped.count()) === 0);
  await page.getByRole('textbox', { name: /^Message to/ }).fill('by a swipe');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await message(page, 'by a swipe')
    .getByRole('button', { name: wordsOf(40) })
    .waitFor();
  await send(page, 'and on');
  assert.deepEqual(complaints, []);
});
