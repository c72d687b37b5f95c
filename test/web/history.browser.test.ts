import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { befriend, closeAll, connectDevice, type Person, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { logIn, message, openChat, send } from './screens.ts';
import { seedFriends, seedGroups, seedMessages, wordsOf } from './seeds.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

async function friendsWithHistory(
  count: number,
): Promise<{ people: [Person, Person]; conversation: number }> {
  const { people, conversation } = await seedFriends(platform);
  await seedMessages(platform, conversation, people, count);
  return { people, conversation };
}

/** The message at the top of what is in view and how far below the top it stands. */
const topRow = (page: Page) =>
  page.getByRole('feed').evaluate((feed) => {
    const top = feed.getBoundingClientRect().top;
    for (const row of [...feed.querySelectorAll<HTMLElement>('article')].sort(
      (a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top,
    )) {
      const box = row.getBoundingClientRect();
      if (box.bottom > top + 1) return { seq: Number(row.dataset.seq), offset: Math.round(box.top - top) };
    }
    return undefined;
  });

const rowsOf = (page: Page) => page.getByRole('feed').getByRole('article').count();

test('100,000 messages: it opens at the end, and only what is in view exists', async () => {
  const { people } = await friendsWithHistory(100_000);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await page.getByText(wordsOf(100_000)).last().waitFor();
  assert.ok((await rowsOf(page)) < 80);

  await test('the scroll bar reaches any time, whose messages are then loaded', async () => {
    await page.getByRole('feed').evaluate((feed) => {
      feed.scrollTop = feed.scrollHeight / 2;
    });
    await eventually('messages of the middle', async () => {
      const seq = (await topRow(page))?.seq ?? 0;
      return seq > 20_000 && seq < 80_000 && (await page.getByText(wordsOf(seq)).count()) > 0;
    });
    await page.getByRole('feed').evaluate((feed) => {
      feed.scrollTop = 0;
    });
    await page.getByText(wordsOf(1), { exact: true }).waitFor();
    assert.ok((await rowsOf(page)) < 80);
  });

  await test('the button jumps back to the newest', async () => {
    await page.getByRole('button', { name: 'Jump to the newest message' }).click();
    await page.getByText(wordsOf(100_000)).last().waitFor();
    await page.getByRole('button', { name: 'Jump to the newest message' }).waitFor({ state: 'detached' });
  });
});

test('history that is loaded upwards does not move what one reads', async () => {
  const { people } = await friendsWithHistory(1_000);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await page.getByText(wordsOf(1_000)).last().waitFor();
  const feed = page.getByRole('feed');
  await feed.hover();
  for (let turn = 0; turn < 12; turn++) {
    const before = (await topRow(page))!;
    await page.mouse.wheel(0, -300);
    await eventually('the list has moved up', async () => {
      const now = (await topRow(page))!;
      return now.seq < before.seq || now.offset > before.offset;
    });
    // The row that was at the top is as far below its place as the wheel has turned.
    await eventually('nothing else has moved', async () => {
      const place = await feed.evaluate((list, seq) => {
        const row = list.querySelector(`[data-seq="${seq}"]`);
        return row ? row.getBoundingClientRect().top - list.getBoundingClientRect().top : undefined;
      }, before.seq);
      assert.ok(
        place === undefined || Math.abs(place - (before.offset + 300)) <= 2,
        `${place} after ${before.offset}`,
      );
      return true;
    });
  }
});

test('the place in a conversation is kept while one is in another', async () => {
  const { people } = await friendsWithHistory(600);
  const third = (await seedPeople(platform, 1, 'third'))[0]!;
  const devices = [
    await connectDevice(platform, people[0], { deviceClass: 'setup' }),
    await connectDevice(platform, third, { deviceClass: 'setup' }),
  ] as const;
  await befriend(...devices);
  await closeAll([...devices]);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await page.getByText(wordsOf(600)).last().waitFor();
  await page.getByRole('feed').hover();
  for (let turn = 0; turn < 6; turn++) await page.mouse.wheel(0, -700);
  await eventually('some way up', async () => ((await topRow(page))?.seq ?? 600) < 580);
  // Until the last wheel event has had its effect.
  let settled = await topRow(page);
  await eventually('the list rests', async () => {
    const now = await topRow(page);
    const rests = now?.seq === settled?.seq && now?.offset === settled?.offset;
    settled = now;
    return rests;
  });
  await openChat(page, third.name);
  await page.getByText('This is where it begins').waitFor();
  await openChat(page, people[1].name);
  await eventually('the same place', async () => {
    const now = await topRow(page);
    assert.equal(now?.seq, settled?.seq);
    assert.ok(Math.abs(now!.offset - settled!.offset) <= 2);
    return true;
  });
});

test('many unread messages: it opens where they begin, and counts what is below', async () => {
  const { people, conversation } = await friendsWithHistory(200);
  const other = await connectDevice(platform, people[1], { deviceClass: 'setup' });
  const sends = Array.from({ length: 100 }, (_, index) =>
    other.client.send(conversation, wordsOf(201 + index)),
  );
  await Promise.all(sends.map((sent) => sent.whenSent()));
  await closeAll([other]);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  await page.getByText('New messages', { exact: true }).waitFor();
  await page.getByText(wordsOf(201)).waitFor();
  const jump = page.getByRole('button', { name: /Jump to the newest message ?\d+ new messages/ });
  await jump.waitFor();
  await jump.click();
  await page.getByText(wordsOf(300)).last().waitFor();
  await page.waitForFunction(() => document.title === 'Berth');
});

test('a reply leads to the message that it answers, however far up', async () => {
  const { people, conversation } = await friendsWithHistory(2_000);
  const other = await connectDevice(platform, people[1], { deviceClass: 'setup' });
  await other.client.send(conversation, 'About the beginning', { replyTo: 5 }).whenSent();
  await closeAll([other]);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  const answer = message(page, 'About the beginning');
  await answer.getByRole('button', { name: wordsOf(5) }).click();
  await page.locator('[data-seq="5"]').getByText(wordsOf(5)).waitFor();
  await send(page, 'Back at the end');
  await message(page, 'Back at the end').waitFor();
});

test('10,000 conversations are loaded as one scrolls', async () => {
  const people = (await seedPeople(platform, 2)) as [Person, Person];
  await seedGroups(platform, people, 10_000);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  const list = page.getByRole('region', { name: 'Chats' });
  await list.getByRole('link').first().waitFor();
  await list.getByRole('link').first().hover();
  const size = async () => Number(await list.getByRole('listitem').first().getAttribute('aria-setsize'));
  await eventually(
    'all of them',
    async () => {
      await page.mouse.wheel(0, 60_000);
      return (await size()) === 10_000;
    },
    60_000,
  );
  assert.ok((await list.getByRole('listitem').count()) < 60);
});

test('one who reads at the end stays there when what one writes, or a keyboard, takes more room', async () => {
  const { people } = await friendsWithHistory(100);
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, people[0]);
  await openChat(page, people[1].name);
  const newest = page.getByText(wordsOf(100)).last();
  await newest.waitFor();
  const inView = () =>
    newest.evaluate((row) => {
      const feed = row.closest('[role=feed]')!.getBoundingClientRect();
      return row.getBoundingClientRect().bottom <= feed.bottom;
    });
  const { height } = (await page.getByRole('feed').boundingBox())!;
  await page.getByRole('textbox', { name: /^Message to/ }).fill('one\ntwo\nthree\nfour\nfive\nsix');
  await eventually(
    'a lower list',
    async () => (await page.getByRole('feed').boundingBox())!.height < height - 60,
  );
  await eventually('the newest in view', inView);
  await page.setViewportSize({ width: 1280, height: 500 });
  await eventually(
    'a still lower list',
    async () => (await page.getByRole('feed').boundingBox())!.height < 400,
  );
  await eventually('the newest in view again', inView);
  await page.getByRole('button', { name: 'Jump to the newest message' }).waitFor({ state: 'detached' });
});
