import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useBrowser, type WatchedPage, webRoot } from '../harness/browser.ts';
import { closeAll } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { groupsByKeys } from './by-keys-groups.ts';
import { messagesByKeys } from './by-keys-messages.ts';
import { locales, saying } from './saying.ts';
import { giveTime, logIn, message } from './screens.ts';
import { seedCrew } from './seeds.ts';
import { undoEach } from './undone.ts';

const platform = usePlatform({
  files: true,
  nodes: 1,
  environment: { gate: { WEB_ROOT: webRoot }, chat: { EDIT_HISTORY: 'off' } },
});
const browser = useBrowser();
const [en, zh] = [saying('en'), saying('zh')];

/** A page that offers for long what may be undone. */
async function open(language: keyof typeof locales): Promise<WatchedPage> {
  const opened = await browser.open(platform.gateUrl, { locale: locales[language] });
  await giveTime(opened.page);
  return opened;
}

const assertNoComplaints = (...pages: WatchedPage[]) =>
  assert.deepEqual(
    pages.flatMap(({ complaints }) => complaints),
    [],
  );

test('everything that is done with messages, chats and groups is done by keys alone, by three people, in both languages', async (t) => {
  const { devices, owner, bob, cat, group } = await seedCrew(platform, 'Typists');
  await bob.say(group, 'from bob');
  const [one, other, third] = [await open('en'), await open('zh'), await open('en')];
  const pages = { page: one.page, other: other.page, third: third.page };
  const story = { ...pages, en, zh, owner, bob, cat, group };
  await t.test('messages', () => messagesByKeys(story));
  await t.test('chats and groups', () => groupsByKeys(story));
  assertNoComplaints(one, other, third);
  await closeAll(devices);
});

test('what was done is undone, on the server and on another device', async () => {
  const { devices, owner, bob, group } = await seedCrew(platform, 'Waverers');
  const [one, second] = [await open('en'), await open('zh')];
  await logIn(one.page, owner.person, en);
  await logIn(second.page, owner.person, zh);
  const pages = { page: one.page, second: second.page };
  await undoEach({ ...pages, zh, url: platform.gateUrl, owner, bob, group });
  assertNoComplaints(one, second);
  await closeAll(devices);
});

test('who left is told that words were edited since, where what they said before is not kept', async () => {
  const { devices, owner, bob, cat, group } = await seedCrew(platform, 'Leavers');
  const { seq: target } = await owner.say(group, 'the first words');
  await bob.client.send(group, 'to be sure', { replyTo: target }).whenSent();
  for (const { client } of [bob, cat]) await client.request('groupLeave', { conversation: group });
  await owner.client.edit(group, target, 'other words');
  for (const [language, { person }, said] of [
    ['en', bob, 'Edited later; what it said before was not kept'],
    ['zh', cat, zh('Edited later; what it said before was not kept')],
  ] as const) {
    const opened = await browser.open(platform.gateUrl, { locale: locales[language] });
    const { page } = opened;
    await logIn(page, person, saying(language));
    await page.goto(`${platform.gateUrl}/#/chats/${group}`);
    const [edited, answer] = [page.locator(`[data-seq="${target}"]`), message(page, 'to be sure')];
    await edited.getByText(said, { exact: true }).waitFor();
    await answer.getByRole('button', { name: said }).waitFor();
    assert.equal(await page.getByText('other words').count(), 0);
    assertNoComplaints(opened);
  }
  await closeAll(devices);
});
