import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { closeAll, connectDevice, createGroup, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { logIn, message, openChat, section, send } from './screens.ts';
import { seedFriends } from './seeds.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

/** Nick names and a group of the people, the first one's page open at it. */
async function openGroup(nicks: readonly string[], title: string) {
  const people = await seedPeople(platform, nicks.length, 'talk');
  for (const [index, nick] of nicks.entries())
    await platform.db.run('UPDATE users SET nick = ? WHERE id = ?', [nick, people[index]!.id]);
  const devices = [];
  for (const [index, person] of people.entries())
    devices.push(await connectDevice(platform, person, index === 0 ? { deviceClass: 'setup' } : {}));
  const group = await createGroup(devices, title);
  const { page, complaints } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]!);
  await openChat(page, title);
  return { page, complaints, people, devices, group };
}

test('Reply puts the caret into the composer, by mouse and by keyboard', async () => {
  const { page, devices, group } = await openGroup(['Noor', 'Ines'], 'Pier');
  await devices[1]!.say(group, 'Who has the keys?');
  await message(page, 'Who has the keys?').hover();
  await message(page, 'Who has the keys?').getByRole('button', { name: 'Message actions' }).click();
  await page.getByRole('menuitem', { name: 'Reply', exact: true }).click();
  await page.getByText('Reply to Ines').waitFor();
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await page.keyboard.type('I have');
  await page.keyboard.press('Enter');
  await message(page, 'I have').waitFor();

  const first = message(page, 'Who has the keys?').first();
  await first.getByRole('button', { name: 'Message actions' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'Reply', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menu').waitFor({ state: 'detached' });
  await page.keyboard.type('both of them');
  await page.keyboard.press('Enter');
  await message(page, 'both of them').waitFor();
  await closeAll(devices);
});

test('every message tells a screen reader who wrote it, also those that show no name', async () => {
  const { page, devices, group, people } = await openGroup(['Noor', 'Ines', '李小船'], 'Harbour');
  await devices[1]!.say(group, 'one');
  await devices[1]!.say(group, 'two');
  await devices[2]!.say(group, 'three');
  await message(page, 'three').waitFor();
  await send(page, 'four');
  await send(page, 'five');
  await message(page, 'five')
    .getByLabel(/Sent|Delivered|Read/)
    .waitFor();
  assert.deepEqual(await spoken(page), ['Ines: one', 'Ines: two', '李小船: three', 'You: four', 'You: five']);

  const direct = await connectDevice(platform, people[0]!, { deviceClass: 'setup-2' });
  const { friends } = await direct.client.request('friends', {});
  const withInes = friends.find(({ nick }) => nick === 'Ines')!.conversation;
  await devices[1]!.say(withInes, 'just us');
  await direct.say(withInes, 'indeed');
  await openChat(page, 'Ines');
  await message(page, 'just us').waitFor();
  await message(page, 'indeed').waitFor();
  assert.deepEqual(await spoken(page), ['Ines: just us', 'You: indeed']);
  await closeAll([...devices, direct]);
});

/** Sender and text of every message, as the accessibility snapshot of the conversation has them. */
async function spoken(page: Page): Promise<string[]> {
  const snapshot = await page.getByRole('feed').ariaSnapshot();
  return [...snapshot.matchAll(/^\s*- article "(?<name>.*)":$/gm)].map(({ groups }) =>
    groups!.name!.replace(/^(\S+) (.*) \d\d:\d\d$/, '$1: $2'),
  );
}

test('names in a group have the colour of their picture, and nobody that of another', async () => {
  const nicks = Array.from({ length: 12 }, (_, index) => `Sailor ${index}`);
  const { page, devices, group } = await openGroup(nicks, 'Sixteen hues');
  for (const device of devices.slice(1)) await device.say(group, `it is ${device.person.name}`);
  await message(page, devices.at(-1)!.person.name).waitFor();
  const coloursIn = async (colorScheme: 'light' | 'dark') => {
    await page.emulateMedia({ colorScheme });
    return page.getByRole('article').evaluateAll((articles) =>
      articles.map((article) => {
        const name = article.querySelector('[id$="-who"]')!;
        const picture = [...article.querySelectorAll('[aria-hidden]')].find(
          (element) => element.textContent === `S${name.textContent!.split(' ')[1]![0]}`,
        )!;
        return [getComputedStyle(name).color, getComputedStyle(picture).backgroundColor];
      }),
    );
  };
  await eventually('as many colours as people', async () => {
    for (const theme of ['light', 'dark'] as const) {
      const colours = await coloursIn(theme);
      for (const [name, picture] of colours) assert.equal(name, picture);
      assert.equal(new Set(colours.map(String)).size, colours.length);
      assert.ok(colours.length >= 8);
    }
    return true;
  });
  await closeAll(devices);
});

test('the name over a conversation opens the profile, that of a group its details', async () => {
  const { page, devices } = await openGroup(['Noor', 'Ines'], 'Crew');
  await page.getByRole('main').getByRole('heading', { name: 'Crew' }).getByRole('button').click();
  await page.getByRole('dialog', { name: 'Group details' }).waitFor();
  await page.keyboard.press('Escape');
  await openChat(page, 'Ines');
  await page.getByRole('main').getByRole('heading', { name: 'Ines' }).getByRole('button').click();
  await page.getByRole('definition').getByText(devices[1]!.person.name).waitFor();
  await closeAll(devices);
});

test('the time stands beside a short text, and below one that fills its lines', async () => {
  const { people } = await seedFriends(platform);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await send(page, 'short');
  await send(page, `long ${'and longer '.repeat(30)}`);
  const places = async (text: string) => {
    const words = (await message(page, text).locator('[dir="auto"]').boundingBox())!;
    const time = (await message(page, text).locator('time').last().boundingBox())!;
    return { beside: time.x >= words.x + words.width - 1, below: time.y >= words.y + words.height - 1 };
  };
  await message(page, 'long and').getByLabel('Sent').waitFor();
  assert.deepEqual(await places('short'), { beside: true, below: false });
  assert.deepEqual(await places('long and'), { beside: false, below: true });
});

test('muted and then removed says removed', async () => {
  const { page, people, devices, group } = await openGroup(['Noor', 'Ines'], 'Strict');
  await devices[0]!.client.request('groupRole', { conversation: group, user: people[1]!.id, role: 'owner' });
  await devices[1]!.client.request('groupMute', {
    conversation: group,
    user: people[0]!.id,
    forMs: 3_600_000,
  });
  await page.getByText(/You are muted until/).waitFor();
  await devices[1]!.client.request('groupRemove', { conversation: group, user: people[0]!.id });
  await page.getByText('You are no longer a member of this group.').waitFor();
  await page.reload();
  await page.getByText('You are no longer a member of this group.').waitFor();
  assert.equal(await page.getByText(/You are muted until/).count(), 0);
  await closeAll(devices);
});

test('a conversation that is not there, or not this user’s, says so', async () => {
  const [first, second] = await Promise.all([seedFriends(platform), seedFriends(platform)]);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, first.people[0]);
  await page.getByRole('link', { name: first.people[1].name }).waitFor();
  for (const id of [second.conversation, 2_000_000_000]) {
    await page.goto(`${platform.gateUrl}/#/chats/${id}`);
    await page.getByRole('heading', { name: 'No such conversation' }).waitFor();
    await page.getByRole('button', { name: 'To the chats' }).click();
    await page.getByRole('heading', { name: 'Choose a conversation' }).waitFor();
  }
  // One that is made later is found.
  await page.goto(`${platform.gateUrl}/#/chats/${first.conversation}`);
  await page.getByRole('feed').waitFor();
});

test('addresses with www and of mail are links', async () => {
  const { people } = await seedFriends(platform);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await send(page, 'see www.example.org/pier or write to noor@example.org.');
  const links = page.getByRole('article').getByRole('link');
  await links.first().waitFor();
  assert.deepEqual(
    await links.evaluateAll((all) => all.map((link) => [link.textContent, (link as HTMLAnchorElement).href])),
    [
      ['www.example.org/pier', 'https://www.example.org/pier'],
      ['noor@example.org', 'mailto:noor@example.org'],
    ],
  );
});

test('at the width of a tablet the conversation has more room than on a phone', async () => {
  const { people } = await seedFriends(platform);
  const { page } = await browser.open(platform.gateUrl, { viewport: { width: 430, height: 900 } });
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  const widthAt = async (width: number) => {
    await page.setViewportSize({ width, height: 900 });
    return (await page.getByRole('feed').boundingBox())!.width;
  };
  const phone = await widthAt(430);
  for (const width of [720, 768, 820, 899, 900, 1_024]) {
    const tablet = await widthAt(width);
    assert.ok(tablet >= phone + 80, `${tablet} pixels of ${width}, ${phone} on a phone`);
  }
  // Where there is one room at a time there is a way back.
  await page.setViewportSize({ width: 768, height: 900 });
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByRole('region', { name: 'Chats' }).waitFor();
});

test('Settings opens on the profile where both have room, on the list of pages on a phone', async () => {
  const { people } = await seedFriends(platform);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await section(page, 'Settings').click();
  await page.getByLabel('Display name').waitFor();
  assert.equal(await page.getByRole('link', { name: 'Profile' }).getAttribute('aria-current'), 'page');
  await page.setViewportSize({ width: 390, height: 780 });
  await page.getByRole('link', { name: 'Appearance' }).waitFor();
  assert.ok(!(await page.getByLabel('Display name').isVisible()));
});
