import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { closeAll, connectDevice, createGroup, type Device, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { logIn, message, openChat, send } from './screens.ts';
import { seedFriends, seedMessages, wordsOf } from './seeds.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

const conversationOf = async (one: Device, { person }: Device): Promise<number> =>
  (await one.client.request('directOpen', { user: person.id })).conversation.conversation;

/** Waits until the keyboard is where one writes to somebody. */
const writesTo = (page: Page, name: string) =>
  page.waitForFunction((label) => document.activeElement?.ariaLabel === label, `Message to ${name}`);

test('keys lead from one conversation to the next', async () => {
  const people = await seedPeople(platform, 3, 'keys');
  const devices = [];
  for (const person of people) devices.push(await connectDevice(platform, person, { deviceClass: 'setup' }));
  const [mine, ann, bob] = devices as [Device, Device, Device];
  const group = await createGroup([mine, ann, bob], 'Harbour crew');
  const [first, second] = await Promise.all([ann, bob].map((other) => conversationOf(mine, other)));
  await ann.say(first!, 'first');
  await bob.say(second!, 'second');
  await ann.say(group, 'third');
  const { page, complaints } = await browser.open(platform.gateUrl);
  const { keyboard } = page;
  await logIn(page, people[0]!);
  await page.getByRole('link', { name: /Harbour crew.*third/ }).waitFor();

  await keyboard.press('Alt+ArrowDown');
  await writesTo(page, 'Harbour crew');
  await keyboard.press('Alt+ArrowDown');
  await writesTo(page, people[2]!.name);
  await keyboard.press('Alt+ArrowUp');
  await writesTo(page, 'Harbour crew');
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
