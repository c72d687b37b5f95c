import assert from 'node:assert/strict';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import type { Device } from '../harness/people.ts';
import {
  chooseByKeys,
  chooseFrom,
  focused,
  goTo,
  goUpTo,
  isAt,
  isAtMessage,
  isWithin,
  logInByKeys,
  steps,
  tabTo,
} from './by-keys.ts';
import type { Say } from './saying.ts';
import { message, stateMark } from './screens.ts';

interface Pages {
  /** In English. */
  page: Page;
  /** In Chinese, of the one who has said “from bob” in the group. */
  other: Page;
  en: Say;
  zh: Say;
  owner: Device;
  bob: Device;
  cat: Device;
  group: number;
}

/** What is done with the messages of a group “Typists”, by two people who have no mouse. */
export async function messagesByKeys({ page, other, en, zh, owner, bob, cat, group }: Pages): Promise<void> {
  const { keyboard } = page;
  const step = steps(page, other);
  const thread = page.getByRole('dialog', { name: 'Thread' });
  const isInField = () => isAt(page, /^textbox "Message to Typists"/);
  const write = async (words: string) => {
    await keyboard.type(words);
    await keyboard.press('Enter');
    await stateMark(page, words, 'Sent')
      .or(stateMark(page, words, 'Delivered'))
      .or(stateMark(page, words, 'Read'))
      .first()
      .waitFor();
  };
  const isSaid = (words: string) => page.getByText(words, { exact: true }).first().waitFor();
  /** Whatever the keyboard is at, to a message. */
  const goToMessage = async (words: string) => {
    if (!/^article/.test(await focused(page))) await tabTo(page, /^article /, 'Shift+Tab');
    await keyboard.press('End');
    await goUpTo(page, words);
  };

  await step('both log in and go to a conversation', async () => {
    await logInByKeys(page, owner.person, en);
    await logInByKeys(other, bob.person, zh);
    for (const at of [page, other]) await at.getByRole('link', { name: /Typists.*from bob/ }).waitFor();
    await goTo(page, 'Typists', en);
    await goTo(other, 'Typists', zh);
  });

  await step('one’s last message is edited', async () => {
    await write('mine');
    // What was sent just now may be on its way into the history.
    await eventually('the last message is edited', async () => {
      await keyboard.press('ArrowUp');
      return page.getByText('Edit your message').isVisible();
    });
    await keyboard.press('End');
    await keyboard.type(', mended');
    await keyboard.press('Enter');
    await message(page, 'mine, mended').getByText('edited', { exact: true }).waitFor();
    await isInField();
  });

  await step('a member is mentioned', async () => {
    await keyboard.type(`ahoy @${bob.person.name.slice(0, 6)}`);
    await page.getByRole('listbox', { name: 'People to mention' }).getByRole('option').first().waitFor();
    const meant = page.getByRole('option', { name: bob.person.name, selected: true });
    for (let presses = 0; presses < 8 && (await meant.count()) === 0; presses++)
      await keyboard.press('ArrowDown');
    await meant.waitFor();
    await keyboard.press('Enter');
    await write('there');
    await message(page, 'ahoy').getByText(`@${bob.person.name}`).waitFor();
  });

  await step('a message is answered, and the answer leads to it', async () => {
    await keyboard.press('Escape');
    await goUpTo(page, 'from bob');
    await keyboard.press('r');
    await page.getByText(/^Reply to/).waitFor();
    await isInField();
    await write('an answer');
    // The keyboard is where it was.
    await keyboard.press('Escape');
    await isAtMessage(page, 'from bob');
    await keyboard.press('End');
    await isAtMessage(page, 'an answer');
    await tabTo(page, /^button ".*from bob/);
    await keyboard.press('Enter');
    await isAt(page, /^article /);
    await isAtMessage(page, 'from bob');
  });

  await step('it is pinned, bookmarked and reacted to', async () => {
    await chooseByKeys(page, 'Pin');
    await page.getByRole('region', { name: 'Pinned messages' }).waitFor();
    await isAtMessage(page, 'from bob');
    await chooseByKeys(page, 'Bookmark');
    await isSaid('Bookmarked for you alone');
    await isAtMessage(page, 'from bob');
    await chooseByKeys(page, 'React');
    await isAt(page, /^combobox "Search emoji"/);
    await keyboard.type('anchor');
    await page
      .getByRole('gridcell', { name: 'anchor', exact: true })
      .and(page.locator('[data-highlighted]'))
      .waitFor();
    await keyboard.press('Enter');
    const chip = message(page, 'from bob').getByRole('button', { name: /^⚓ 1/ });
    await chip.and(page.getByRole('button', { pressed: true })).waitFor();
    await isAtMessage(page, 'from bob');
    await message(other, 'from bob').getByRole('button', { name: /^⚓ 1/ }).waitFor();
    // Taken away by the chip, which goes with the last of them.
    await tabTo(page, /^button "⚓ 1/);
    await keyboard.press('Enter');
    await chip.waitFor({ state: 'detached' });
    await isAtMessage(page, 'from bob');
    await keyboard.press('Control+z');
    await chip.waitFor();
  });

  await step('the other one gives it, too, by the chip', async () => {
    await other.keyboard.press('Escape');
    await goUpTo(other, 'from bob');
    await tabTo(other, /^button "⚓ 1/);
    await other.keyboard.press('Enter');
    await message(page, 'from bob').getByRole('button', { name: /^⚓ 2/ }).waitFor();
    await isAt(other, /^button "⚓ 2/);
  });

  await step('it is answered in its thread, and there by the other one', async () => {
    await chooseByKeys(page, 'Reply in thread');
    await thread.waitFor();
    await isAt(page, /^textbox "Reply in thread"/);
    await keyboard.type('below');
    await keyboard.press('Enter');
    await thread.getByRole('article').filter({ hasText: 'below' }).waitFor();
    await tabTo(page, /^article /, 'Shift+Tab');
    await keyboard.press('ArrowUp');
    await isAtMessage(page, 'from bob');
    await message(other, 'from bob')
      .getByRole('button', { name: /^1 条回复/ })
      .waitFor();
    await tabTo(other, /^button "1 条回复/);
    await other.keyboard.press('Enter');
    await isAt(other, new RegExp(`^textbox "${zh('Reply in thread')}"`));
    await other.keyboard.type('下面');
    await other.keyboard.press('Enter');
    await thread.getByRole('article').filter({ hasText: '下面' }).waitFor();
    for (const at of [page, other]) {
      await at.keyboard.press('Escape');
      await at.getByRole('dialog').and(at.locator(':not([data-notice])')).waitFor({ state: 'detached' });
      await isAtMessage(at, 'from bob');
    }
  });

  await step('it is passed on to another conversation', async () => {
    await chooseByKeys(page, 'Forward');
    await isAt(page, /^searchbox "Search chats"/);
    await keyboard.type(bob.person.name);
    await tabTo(page, /^checkbox/);
    await keyboard.press('Space');
    await tabTo(page, /^button "Forward 1 message"/);
    await keyboard.press('Enter');
    await isSaid('Forwarded');
    await isAtMessage(page, 'from bob');
  });

  await step('what was said is deleted, for oneself and for all, and had back', async () => {
    await goToMessage('mine, mended');
    for (const item of ['Delete for me', 'Delete for everyone']) {
      await chooseByKeys(page, item);
      await message(page, 'You deleted a message').waitFor();
      await isAt(page, /^article /);
      await keyboard.press('Control+z');
      await message(page, 'mine, mended').waitFor();
      await isAtMessage(page, 'mine, mended');
    }
    // By the notice, too.
    await chooseByKeys(page, 'Delete for everyone');
    await message(page, 'You deleted a message').waitFor();
    await isAt(page, /^article /);
    await keyboard.press('F6');
    await tabTo(page, /^button "Undo"/);
    await keyboard.press('Enter');
    await message(page, 'mine, mended').waitFor();
    await isAtMessage(page, 'mine, mended');
  });

  await step('several are selected: bookmarked, and passed on to two conversations', async () => {
    const bar = page.getByRole('group', { name: 'Selected messages' });
    const select = async () => {
      await goToMessage('from bob');
      await keyboard.press('Space');
      await bar.getByText('1 selected').waitFor();
      await keyboard.press('Shift+ArrowDown');
      await bar.getByText('2 selected').waitFor();
    };
    await select();
    await tabTo(page, /^button "Bookmark"/);
    await keyboard.press('Enter');
    await bar.waitFor({ state: 'detached' });
    await isAt(page, /^article /);
    await select();
    await tabTo(page, /^button "Forward"/);
    await keyboard.press('Enter');
    await isAt(page, /^searchbox "Search chats"/);
    for (const { person } of [bob, cat]) {
      await keyboard.press('Control+a');
      await keyboard.type(person.name);
      await page.getByRole('checkbox', { name: person.name }).waitFor();
      await tabTo(page, new RegExp(`^checkbox ".*${person.name}`));
      await keyboard.press('Space');
      await page.getByRole('checkbox', { name: person.name, checked: true }).waitFor();
      await tabTo(page, /^searchbox "Search chats"/, 'Shift+Tab');
    }
    await tabTo(page, /^button "Forward 2 messages"/);
    await keyboard.press('Enter');
    await bar.waitFor({ state: 'detached' });
    await isAt(page, /^article /);
    for (const { person } of [bob, cat])
      await eventually(
        `${person.name} has it`,
        async () => {
          const { conversation } = await owner.client.request('directOpen', { user: person.id });
          return conversation.last?.text === 'mine, mended';
        },
        45_000,
      );
    await select();
    await keyboard.press('Escape');
    await bar.waitFor({ state: 'detached' });
    await isAtMessage(page, 'mine, mended');
  });

  await step('who has read is looked at', async () => {
    const { messages } = await owner.client.request('sync', { conversation: group, after: 0, limit: 100 });
    const target = messages.find(({ text }) => text.startsWith('ahoy'))!.seq;
    await eventually(
      'the other one has read it',
      async () => {
        const { readers } = await owner.client.request('readers', { conversation: group, target });
        return readers.some(({ id }) => id === bob.person.id);
      },
      45_000,
    );
    await goToMessage('ahoy');
    await chooseByKeys(page, 'Read by');
    const dialog = page.getByRole('dialog', { name: 'Read by' });
    await dialog.getByText(bob.person.name).waitFor();
    await keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await isAtMessage(page, 'ahoy');
  });

  await step('pins and bookmarks lead to their messages, and go', async () => {
    await chooseFrom(page, /^button "Actions for all chats"/, 'Bookmarks');
    const dialog = page.getByRole('dialog', { name: 'Bookmarks' });
    await dialog.getByText('from bob').first().waitFor();
    const removals = dialog.getByRole('button', { name: 'Remove bookmark' });
    const count = await removals.count();
    await tabTo(page, /^button "Remove bookmark"/);
    await keyboard.press('Enter');
    await eventually('one is gone', async () => (await removals.count()) === count - 1);
    await isWithin(page, '[role="dialog"]:not([data-notice])');
    await keyboard.press('Control+z');
    await eventually('and had back', async () => (await removals.count()) === count);
    await tabTo(page, /^button ".*from bob"/);
    await keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await isAtMessage(page, 'from bob');

    await tabTo(page, /^button "All pinned messages"/, 'Shift+Tab');
    await keyboard.press('Enter');
    const pins = page.getByRole('dialog', { name: 'Pinned messages' });
    await pins.waitFor();
    await isWithin(page, '[role="dialog"]:not([data-notice])');
    await tabTo(page, /^button "Unpin"/);
    await keyboard.press('Enter');
    await pins.getByText('Nothing is pinned here.').waitFor();
    await isWithin(page, '[role="dialog"]:not([data-notice])');
    await keyboard.press('Escape');
    await pins.waitFor({ state: 'detached' });
    // Its button is gone with the last of them.
    await isWithin(page, 'main');
  });

  await step('a poll is asked, both vote, and it is closed under the other’s keyboard', async () => {
    await tabTo(page, /^textbox "Message to Typists"/);
    await chooseFrom(page, /^button "More actions"/, 'New poll');
    await isAt(page, /^textbox "Question"/);
    await keyboard.type('Where to?');
    for (const words of ['pier', 'quay']) {
      await keyboard.press('Tab');
      await keyboard.type(words);
    }
    // One that was asked for is written in at once; one that is not wanted leaves the keyboard before it.
    await tabTo(page, /^button "Add an option"/);
    await keyboard.press('Enter');
    await isAt(page, /^textbox "Option 3"/);
    await tabTo(page, /^button "Remove option 3"/);
    await keyboard.press('Enter');
    await isAt(page, /^textbox "Option 2"/);
    await tabTo(page, /^checkbox ".*Several answers/);
    await tabTo(page, /^button "Ask"/);
    await keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'New poll' }).waitFor({ state: 'detached' });
    const poll = message(page, 'Where to?');
    await poll.getByRole('button', { name: /^quay/, disabled: false }).waitFor();
    await isAt(page, /^button "More actions"/);
    await tabTo(page, /^article /);
    await keyboard.press('End');
    await isAtMessage(page, 'Where to?');
    await tabTo(page, /^button "quay/);
    await keyboard.press('Enter');
    await poll.getByRole('button', { name: /^quay 1 vote/, pressed: true }).waitFor();
    await message(other, 'Where to?')
      .getByRole('button', { name: /^quay 1/ })
      .waitFor();
    // From what a message has within to it, and on.
    await other.keyboard.press('Escape');
    await isAt(other, /^article /);
    await other.keyboard.press('End');
    await isAtMessage(other, 'Where to?');
    await tabTo(other, /^button "quay/);
    await other.keyboard.press('Enter');
    await poll.getByRole('button', { name: /^quay 2 votes/ }).waitFor();
    await tabTo(page, /^button "Close the poll"/);
    await keyboard.press('Enter');
    await poll.getByText('Closed').waitFor();
    await isAtMessage(page, 'Where to?');
    await keyboard.press('Control+z');
    await poll.getByRole('button', { name: 'Close the poll' }).waitFor();
    const { client } = owner;
    const { messages } = await client.request('sync', { conversation: group, after: 0, limit: 100 });
    await client.closePoll(group, messages.find((one) => one.poll)!.seq);
    await message(other, 'Where to?').getByText(zh('Closed')).waitFor();
    await isAt(other, /^button "quay/);
    assert.equal(
      await message(other, 'Where to?').getByRole('button', { name: /^quay/, disabled: true }).count(),
      1,
    );
  });

  await step('a text is sent later, and not', async () => {
    await tabTo(page, /^textbox "Message to Typists"/);
    await chooseFrom(page, /^button "More actions"/, 'Send later');
    await isAt(page, /^textbox "Message"/);
    await keyboard.type('happy new year');
    await tabTo(page, /^textbox "When"/);
    await tabTo(page, /^button "Send later"/);
    await keyboard.press('Enter');
    const waiting = page.getByRole('region', { name: 'To be sent' });
    await waiting.getByText('happy new year').waitFor();
    await tabTo(page, /^button "Do not send"/);
    await keyboard.press('Enter');
    await waiting.waitFor({ state: 'detached' });
    await isWithin(page, '[role="dialog"]:not([data-notice])');
    await keyboard.press('Control+z');
    await waiting.getByText('happy new year').waitFor();
    await keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Send later' }).waitFor({ state: 'detached' });
    await isAt(page, /^button "More actions"/);
  });

  await step('what was shared is looked through', async () => {
    await tabTo(page, /^textbox "Message to Typists"/);
    await chooseFrom(page, /^button "More actions"/, 'Shared files');
    await page.getByRole('dialog', { name: 'Shared files' }).waitFor();
    await isWithin(page, '[role="dialog"]:not([data-notice])');
    await tabTo(page, /^tab "Photos and videos"/);
    await keyboard.press('ArrowRight');
    await page.getByRole('tab', { name: 'Files', selected: true }).waitFor();
    await keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Shared files' }).waitFor({ state: 'detached' });
    await isAt(page, /^button "More actions"/);
  });
}
