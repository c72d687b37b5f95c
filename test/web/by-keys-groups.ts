import assert from 'node:assert/strict';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import type { Device } from '../harness/people.ts';
import { chooseByKeys, goTo, isAt, isAtMessage, isWithin, logInByKeys, steps, tabTo } from './by-keys.ts';
import type { Say } from './saying.ts';
import { message } from './screens.ts';

interface Pages {
  /** Of the owner of the group, in English. */
  page: Page;
  /** Of a member, in Chinese. */
  other: Page;
  /** Of another one, who has an open group of their own: nobody is logged in there. */
  third: Page;
  en: Say;
  zh: Say;
  bob: Device;
  cat: Device;
  group: number;
}

/** What is done with chats and groups, of which “Typists” is open on both pages, by three people who have no mouse. */
export async function groupsByKeys({ page, other, third, en, zh, bob, cat, group }: Pages): Promise<void> {
  const { keyboard } = page;
  const step = steps(page, other, third);
  const isInField = () => isAt(page, /^textbox "Message to Typists"/);
  const chats = page.getByRole('region', { name: 'Chats' });

  await step('a draft waits while one is elsewhere', async () => {
    await goTo(page, 'Typists', en);
    await keyboard.type('half a thought');
    const before = page.url();
    await keyboard.press('Alt+ArrowDown');
    await eventually('another conversation', async () => page.url() !== before);
    await chats.getByRole('link', { name: /Draft: half a thought/ }).waitFor();
    await isAt(page, /^textbox "Message to typist/);
    await keyboard.press('Alt+ArrowUp');
    await eventually('and back', async () => page.url() === before);
    await isInField();
    await page.waitForFunction(
      () => (document.activeElement as HTMLTextAreaElement).value === 'half a thought',
    );
    await keyboard.press('Control+a');
    await keyboard.press('Backspace');
  });

  await step('a third one comes, and is led to what is new', async () => {
    for (let line = 1; line <= 25; line++) await bob.client.send(group, `line ${line}`).whenSent();
    await logInByKeys(third, cat.person, en);
    await third.getByRole('link', { name: /Typists.*line 25/ }).waitFor();
    await tabTo(third, /^link ".*line 25/);
    await third.keyboard.press('Enter');
    await isAt(third, /^textbox "Message to Typists"/);
    await message(third, 'from bob').first().waitFor();
    await tabTo(third, /^button "Jump to the newest message/, 'Shift+Tab');
    await third.keyboard.press('Enter');
    await isAtMessage(third, 'line 25');
  });

  await step('a group is set, and who may not write any more goes on reading', async () => {
    await goTo(other, 'Typists', zh);
    await tabTo(page, /^button "Group details"/, 'Shift+Tab');
    await keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Group details' }).getByText('Owner').waitFor();
    await tabTo(page, /^button "Settings"/);
    await keyboard.press('Enter');
    await isAt(page, /^textbox "Topic"/);
    await keyboard.type('keys and no mouse');
    await keyboard.press('Tab');
    await isAt(page, /^textbox "Description"/);
    await keyboard.type('Whoever types here has no mouse.');
    await tabTo(page, /^checkbox ".*Only admins write/);
    await keyboard.press('Space');
    await tabTo(page, /^combobox "Slow mode/);
    await keyboard.press('ArrowDown');
    await tabTo(page, /^combobox "New members see/);
    await keyboard.press('ArrowDown');
    await tabTo(page, /^checkbox ".*In the directory/);
    await keyboard.press('Space');
    await tabTo(page, /^button "Save"/);
    await keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Group settings' }).waitFor({ state: 'detached' });
    await isAt(page, /^button "Settings"/);
    await keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Group details' }).waitFor({ state: 'detached' });
    await isAt(page, /^button "Group details"/);
    await page.getByText('keys and no mouse').waitFor();
    const { conversation } = await bob.client.request('conversation', { conversation: group });
    const { topic, about, announcements, slowMs, history, open } = conversation.settings!;
    assert.deepEqual(
      { topic, about, announcements, slowMs, history, open },
      {
        ...{ topic: 'keys and no mouse', about: 'Whoever types here has no mouse.', announcements: true },
        ...{ slowMs: 10_000, history: 'beginning', open: true },
      },
    );
    // The field that the other one's keyboard was in is gone.
    await other.getByText(zh('Only admins write in this group.')).waitFor();
    await isWithin(other, '#content');
  });

  await step(
    'a conversation is marked as unread, put away and had back; and the list is filtered',
    async () => {
      await tabTo(page, /^textbox "Message to Typists"/);
      await keyboard.press('Escape');
      await isAt(page, /^article /);
      await keyboard.press('Escape');
      await page.waitForFunction(() => document.activeElement?.ariaCurrent === 'true');
      await chooseByKeys(page, 'Mark as unread');
      await page.getByRole('img', { name: 'Marked as unread' }).waitFor();
      await page.waitForFunction(() => document.activeElement?.ariaCurrent === 'true');
      await tabTo(page, /^radio "All/, 'Shift+Tab');
      await keyboard.press('ArrowRight');
      await page.getByRole('radio', { name: /^Unread/, checked: true }).waitFor();
      await eventually('what is unread alone', async () => {
        const rows = chats.getByRole('listitem');
        return (await rows.count()) === 1 && (await rows.innerText()).includes('Typists');
      });
      await keyboard.press('ArrowLeft');
      await page.getByRole('radio', { name: /^All/, checked: true }).waitFor();
      await tabTo(page, /^link ".*Typists/);
      await chooseByKeys(page, 'Archive');
      await page.getByText('The conversation is in the archive', { exact: true }).first().waitFor();
      await chats.getByRole('link', { name: /Typists/ }).waitFor({ state: 'detached' });
      await isWithin(page, 'main a');
      await keyboard.press('Control+z');
      await chats.getByRole('link', { name: /Typists/ }).waitFor();
    },
  );

  await step('a chat is looked for, and the search cleared', async () => {
    await tabTo(page, /^searchbox "Search chats"/, 'Shift+Tab');
    await keyboard.type('typists');
    await eventually('what is found alone', async () => (await chats.getByRole('listitem').count()) === 1);
    await tabTo(page, /^button "Clear search"/);
    await keyboard.press('Enter');
    await isAt(page, /^searchbox "Search chats"/);
    await eventually('all again', async () => (await chats.getByRole('listitem').count()) > 1);
  });

  await step('an open group is found and joined', async () => {
    await tabTo(page, /^link ".*Contacts/, 'Shift+Tab');
    await keyboard.press('Enter');
    await page.getByRole('link', { name: /^Open groups/ }).waitFor();
    await tabTo(page, /^link "Open groups/);
    await keyboard.press('Enter');
    await page.getByRole('searchbox', { name: 'Find groups by name' }).waitFor();
    await tabTo(page, /^searchbox "Find groups by name"/);
    await keyboard.type('ashore');
    await page.getByRole('button', { name: 'Join “Typists ashore”' }).waitFor();
    await tabTo(page, /^button "Join “Typists ashore”"/);
    await keyboard.press('Enter');
    await isAt(page, /^textbox "Message to Typists ashore"/);
  });

  await step('the keys are told', async () => {
    for (const [at, say] of [
      [page, en],
      [other, zh],
    ] as const) {
      await at.keyboard.press('Control+/');
      const dialog = at.getByRole('dialog', { name: say('Keyboard') });
      await dialog.waitFor();
      await isWithin(at, '[role="dialog"]');
      await at.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    }
    await isAt(page, /^textbox "Message to Typists ashore"/);
    await isWithin(other, '#content');
  });
}
