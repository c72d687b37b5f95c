import assert from 'node:assert/strict';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import type { Device } from '../harness/people.ts';
import type { Say } from './saying.ts';
import { message } from './screens.ts';

interface Pages {
  /** Two browsers of one person, the second one in Chinese. */
  page: Page;
  second: Page;
  zh: Say;
  url: string;
  /** A third device of theirs, which asks the server. */
  owner: Device;
  bob: Device;
  group: number;
}

/** Does what may be undone, and undoes it: on the server and on another device it is as before. A notice may be over a button: it is pressed by keys. */
export async function undoEach({ page, second, zh, url, owner, bob, group }: Pages): Promise<void> {
  const { client } = owner;
  const undo = async (said: string) => {
    const notice = page.locator('[data-notice]').filter({ hasText: said });
    await notice.getByRole('button', { name: 'Undo' }).press('Enter');
    await notice.waitFor({ state: 'detached' });
  };
  const choose = async (at: Page, say: Say, words: string, item: string) => {
    await message(at, words)
      .getByRole('button', { name: say('Message actions') })
      .focus();
    await at.keyboard.press('Enter');
    await at.getByRole('menuitem', { name: say(item), exact: true }).press('Enter');
    await at.getByRole('menu').waitFor({ state: 'detached' });
  };
  const chooseFrom = async (at: Page, say: Say, button: string, item: string) => {
    await at.getByRole('button', { name: say(button), exact: true }).press('Enter');
    await at.getByRole('menuitem', { name: say(item), exact: true }).press('Enter');
    await at.getByRole('menu').waitFor({ state: 'detached' });
  };
  const leave = async (at: Page) => {
    await at.keyboard.press('Escape');
    await at.locator('[role="dialog"]:not([data-notice])').waitFor({ state: 'detached' });
  };
  const en: Say = (words) => words;
  const { seq } = await bob.say(group, 'kept in mind');
  for (const at of [page, second]) {
    await at.goto(`${url}/#/chats/${group}`);
    await message(at, 'kept in mind').waitFor();
  }

  const pinned = async () =>
    (await client.request('pins', { conversation: group })).messages.map((one) => one.seq);
  const bar = second.getByRole('region', { name: zh('Pinned messages') });
  await choose(page, en, 'kept in mind', 'Pin');
  await bar.getByText('kept in mind').waitFor();
  await undo('The message is pinned for everyone here');
  await bar.waitFor({ state: 'detached' });
  assert.deepEqual(await pinned(), []);
  await choose(page, en, 'kept in mind', 'Pin');
  await bar.getByText('kept in mind').waitFor();
  await page.getByRole('button', { name: 'All pinned messages' }).press('Enter');
  await page
    .getByRole('dialog', { name: 'Pinned messages' })
    .getByRole('button', { name: 'Unpin' })
    .press('Enter');
  await bar.waitFor({ state: 'detached' });
  await undo('The message is not pinned any more');
  await bar.getByText('kept in mind').waitFor();
  await page.getByRole('dialog', { name: 'Pinned messages' }).getByText('kept in mind').waitFor();
  assert.deepEqual(await pinned(), [seq]);
  await leave(page);

  const marked = async () => (await client.request('bookmarks', {})).messages.map((one) => one.seq);
  await chooseFrom(second, zh, 'Actions for all chats', 'Bookmarks');
  const marks = second.getByRole('dialog', { name: zh('Bookmarks') });
  await marks
    .getByRole('listitem')
    .or(marks.getByText(zh('You have not bookmarked anything yet. The menu of a message does.')))
    .first()
    .waitFor();
  const mine = marks.getByRole('listitem').filter({ hasText: 'kept in mind' });
  await choose(page, en, 'kept in mind', 'Bookmark');
  await mine.waitFor();
  await undo('Bookmarked for you alone');
  await mine.waitFor({ state: 'detached' });
  assert.ok(!(await marked()).includes(seq));
  await choose(page, en, 'kept in mind', 'Bookmark');
  await mine.waitFor();
  await choose(page, en, 'kept in mind', 'Remove bookmark');
  await mine.waitFor({ state: 'detached' });
  await undo('The bookmark is removed');
  await mine.waitFor();
  assert.ok((await marked()).includes(seq));
  await leave(second);

  const waiting = async () =>
    (await client.request('scheduledMessages', { conversation: group, limit: 10 })).scheduled.map(
      ({ text, at }) => ({ text, at }),
    );
  await chooseFrom(page, en, 'More actions', 'Send later');
  await chooseFrom(second, zh, 'More actions', 'Send later');
  const dialog = page.getByRole('dialog', { name: 'Send later' });
  await dialog.getByLabel('Message').fill('many happy returns');
  await dialog.getByRole('button', { name: 'Send later' }).press('Enter');
  const list = second.getByRole('region', { name: zh('To be sent') });
  const item = (at: typeof list) => at.getByRole('listitem').filter({ hasText: 'many happy returns' });
  await item(list).waitFor();
  const before = await waiting();
  await item(dialog).getByRole('button', { name: 'Do not send' }).press('Enter');
  await item(list).waitFor({ state: 'detached' });
  await undo('It is not sent');
  await item(list).waitFor();
  await item(dialog).waitFor();
  assert.deepEqual(await waiting(), before);
  await leave(page);
  await leave(second);

  const asked = client.poll(group, {
    question: 'Which way?',
    options: ['ebb', 'flood'],
    many: false,
    anonymous: false,
  });
  const { seq: poll } = await asked.whenSent();
  const card = message(page, 'Which way?');
  await card.getByRole('button', { name: 'Close the poll' }).press('Enter');
  await card.getByText('Closed', { exact: true }).waitFor();
  await undo('The poll is closed');
  await card.getByRole('button', { name: 'Close the poll' }).waitFor();
  await bob.client.vote(group, poll, [1]);
  await message(second, 'Which way?')
    .getByRole('button', { name: /^flood 1/, disabled: false })
    .waitFor();
  await message(second, 'Which way?')
    .getByRole('button', { name: zh('Close the poll') })
    .waitFor();

  await page.getByRole('button', { name: 'Group details' }).press('Enter');
  await page.getByRole('button', { name: 'Links', exact: true }).press('Enter');
  const links = page.getByRole('dialog', { name: 'Links to join' });
  await links.getByRole('button', { name: 'Create link' }).press('Enter');
  const link = await links.getByRole('textbox', { name: 'Link' }).inputValue();
  await links.getByRole('button', { name: 'Take back' }).press('Enter');
  await links.getByText('There is no link yet.').waitFor();
  await undo('The link is taken back');
  await links.getByRole('listitem').waitFor();
  const { links: made } = await client.request('groupLinks', { conversation: group });
  assert.deepEqual(
    made.map((one) => [link.endsWith(one.link), one.revoked]),
    [[true, false]],
  );
  await second.getByRole('button', { name: zh('Group details') }).press('Enter');
  await second.getByRole('button', { name: zh('Links'), exact: true }).press('Enter');
  await second
    .getByRole('dialog', { name: zh('Links to join') })
    .getByRole('listitem')
    .waitFor();

  const isBlocked = async () =>
    (await client.request('blocks', { limit: 10 })).users.some(({ id }) => id === bob.person.id);
  await client.request('block', { user: bob.person.id });
  const { conversation } = await client.request('directOpen', { user: bob.person.id });
  await second.goto(`${url}/#/chats/${conversation.conversation}`);
  const closed = second.getByText(zh('You have blocked {name}.').replace('{name}', bob.person.name));
  const field = second.getByRole('textbox', {
    name: zh('Message to {name}').replace('{name}', bob.person.name),
  });
  await closed.waitFor();
  await page.goto(`${url}/#/settings/blocked`);
  const blocked = page.getByRole('listitem').filter({ hasText: bob.person.name });
  await blocked.getByRole('button', { name: 'Unblock' }).press('Enter');
  await field.waitFor();
  await undo(`${bob.person.name} is not blocked any more`);
  await closed.waitFor();
  await blocked.waitFor();
  assert.ok(await isBlocked());
  // Where one writes it is undone in the same way.
  await page.goto(`${url}/#/chats/${conversation.conversation}`);
  await page.getByRole('button', { name: 'Unblock' }).press('Enter');
  await field.waitFor();
  await undo(`${bob.person.name} is not blocked any more`);
  await closed.waitFor();
  await eventually('on the server, too', isBlocked);
}
