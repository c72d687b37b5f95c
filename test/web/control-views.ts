import type { Locator, Page } from 'playwright-core';
import type { Person } from '../harness/people.ts';
import type { Say } from './saying.ts';
import { message } from './screens.ts';

/** What is shown, how it is come to from the view before, and whether Escape leaves it. */
type View = [name: string, open: () => Promise<unknown>, leaves?: 'by Escape'];

/**
 * Every view that has controls of its own, from logging in on, one after the other: of a group “水手” in which `member` said “你好”
 * and, in answer to it, “在吗”.
 */
export function controlViews({
  page,
  url,
  say,
  owner,
  member,
}: {
  page: Page;
  url: string;
  say: Say;
  owner: Person;
  member: Person;
}): View[] {
  const button = (name: string, within: Page | Locator = page) =>
    within.getByRole('button', { name: say(name), exact: true });
  const item = (name: string) => page.getByRole('menuitem', { name: say(name), exact: true });
  const dialog = (title: string) => page.getByRole('dialog', { name: say(title) });
  const act = async (words: string, name: string) => {
    // The first: another one may quote it.
    await message(page, words)
      .first()
      .getByRole('button', { name: say('Message actions') })
      .focus();
    await page.keyboard.press('Enter');
    await item(name).press('Enter');
    await page.getByRole('menu').waitFor({ state: 'detached' });
  };
  const fromHeader = async (name: string) => {
    await button('More actions').click();
    await item(name).click();
  };
  const field = page.locator('#content textarea');
  const write = async (words: string) => {
    await field.fill(words);
    await field.press('Enter');
    await message(page, words).waitFor();
  };
  const goTo = async (path: string, heading: string) => {
    await page.goto(`${url}/#/${path}`);
    await page
      .getByRole('heading', { name: say(heading) })
      .first()
      .waitFor();
  };

  return [
    ['registering', () => goTo('register', 'Create your account')],
    ['a new password', () => goTo('reset', 'Choose a new password')],
    ['log in', () => goTo('login', 'Log in')],
    [
      'chats',
      async () => {
        await page.getByLabel(say('E-mail address')).fill(owner.email);
        await page.getByLabel(say('Password'), { exact: true }).fill(owner.password);
        await button('Log in').click();
        await page.getByRole('link', { name: /水手/ }).first().waitFor();
      },
    ],
    [
      'a chat’s menu',
      async () => {
        await page.getByRole('link', { name: /水手.*在吗/ }).click({ button: 'right' });
        await item('Archive').waitFor();
      },
      'by Escape',
    ],
    [
      'the list’s menu',
      async () => {
        await button('Actions for all chats').click();
        await item('Bookmarks').waitFor();
      },
      'by Escape',
    ],
    [
      'a conversation',
      async () => {
        await page.getByRole('link', { name: /水手.*在吗/ }).click();
        await message(page, '在吗').waitFor();
        await write('我的');
        await act('我的', 'Pin');
        await page.getByRole('region', { name: say('Pinned messages') }).waitFor();
      },
    ],
    [
      'an edit',
      async () => {
        await field.press('ArrowUp');
        await button('Cancel editing').waitFor();
      },
    ],
    [
      'an edited message, a reply',
      async () => {
        await field.fill('我的，改过');
        await field.press('Enter');
        await message(page, '我的，改过').waitFor();
        await act('在吗', 'Reply');
        await button('Cancel reply').waitFor();
      },
    ],
    [
      'mentions',
      async () => {
        await page.keyboard.press('Escape');
        await field.pressSequentially('@');
        await page.getByRole('option').first().waitFor();
      },
    ],
    [
      'a message’s menu',
      async () => {
        await field.fill('');
        await message(page, '我的，改过').click({ button: 'right' });
        await item('Edit history').waitFor();
      },
      'by Escape',
    ],
    [
      'versions',
      () => act('我的，改过', 'Edit history').then(() => dialog('Edit history').waitFor()),
      'by Escape',
    ],
    ['reactions', () => act('你好', 'Reactions').then(() => dialog('Reactions').waitFor()), 'by Escape'],
    ['readers', () => act('我的，改过', 'Read by').then(() => dialog('Read by').waitFor()), 'by Escape'],
    ['passing on', () => act('你好', 'Forward').then(() => dialog('Forward to').waitFor()), 'by Escape'],
    [
      'emoji',
      async () => {
        await act('你好', 'React');
        await page.getByRole('combobox', { name: say('Search emoji') }).waitFor();
        await page.getByRole('gridcell').first().waitFor();
      },
      'by Escape',
    ],
    [
      'a thread',
      async () => {
        await act('你好', 'Reply in thread');
        const thread = dialog('Thread');
        await thread.getByRole('textbox').fill('下面');
        await thread.getByRole('textbox').press('Enter');
        await thread.getByRole('article').filter({ hasText: '下面' }).waitFor();
      },
      'by Escape',
    ],
    [
      'a selection',
      async () => {
        await act('你好', 'Select');
        await page.getByRole('group', { name: say('Selected messages') }).waitFor();
      },
      'by Escape',
    ],
    [
      'pins',
      async () => {
        await button('All pinned messages').click();
        await dialog('Pinned messages').waitFor();
      },
      'by Escape',
    ],
    [
      'bookmarks, and what may be undone',
      async () => {
        await act('你好', 'Bookmark');
        await button('Undo').first().waitFor();
        await button('Actions for all chats').click();
        await item('Bookmarks').click();
        await dialog('Bookmarks').getByText('你好').waitFor();
      },
      'by Escape',
    ],
    [
      'a new poll',
      async () => {
        await fromHeader('New poll');
        await button('Add an option').click();
      },
    ],
    [
      'a poll',
      async () => {
        const fields = page.getByRole('dialog').getByRole('textbox');
        for (const [index, words] of ['去哪', '码头', '灯塔'].entries()) await fields.nth(index).fill(words);
        await button('Ask').click();
        await page.getByRole('button', { name: /^码头/ }).click();
        await page.getByRole('button', { name: /^码头/, pressed: true }).waitFor();
        await button('Who voted').waitFor();
      },
    ],
    [
      'votes',
      () =>
        button('Who voted')
          .click()
          .then(() => dialog('Who voted').waitFor()),
      'by Escape',
    ],
    [
      'what is sent later',
      async () => {
        await fromHeader('Send later');
        await dialog('Send later').locator('textarea').fill('以后');
        await button('Send later', dialog('Send later')).click();
        await page
          .getByRole('region', { name: say('To be sent') })
          .getByText('以后')
          .waitFor();
      },
      'by Escape',
    ],
    [
      'shared files',
      () => fromHeader('Shared files').then(() => dialog('Shared files').waitFor()),
      'by Escape',
    ],
    [
      'attaching',
      async () => {
        await button('Attach').click();
        await item('Photo or video').waitFor();
      },
      'by Escape',
    ],
    [
      'the palette',
      () => page.keyboard.press('Control+k').then(() => page.getByRole('option').first().waitFor()),
      'by Escape',
    ],
    [
      'the keys',
      () => page.keyboard.press('Control+/').then(() => dialog('Keyboard').waitFor()),
      'by Escape',
    ],
    [
      'a group',
      async () => {
        await button('Group details').click();
        await dialog('Group details').getByText(say('Owner')).waitFor();
      },
    ],
    [
      'a member’s menu',
      async () => {
        await page
          .getByRole('button', { name: say('Actions for {name}').replace('{name}', member.name) })
          .click();
        await item('Remove from group').waitFor();
        await page.keyboard.press('Escape');
        await page.getByRole('menu').waitFor({ state: 'detached' });
      },
    ],
    [
      'its links',
      async () => {
        await button('Links').click();
        await button('Create link').click();
        await dialog('Links to join').getByRole('list').waitFor();
      },
    ],
    [
      'its settings',
      async () => {
        await page.keyboard.press('Escape');
        await dialog('Links to join').waitFor({ state: 'detached' });
        await button('Settings', dialog('Group details')).click();
        await dialog('Group settings').waitFor();
      },
    ],
    [
      'a new group',
      async () => {
        await page.keyboard.press('Escape');
        await dialog('Group settings').waitFor({ state: 'detached' });
        await page.keyboard.press('Escape');
        await dialog('Group details').waitFor({ state: 'detached' });
        await button('New group').click();
        await dialog('New group').waitFor();
      },
      'by Escape',
    ],
    ['contacts', () => goTo('contacts', 'Contacts')],
    ['open groups', () => goTo('contacts/groups', 'Open groups')],
    ['requests', () => goTo('contacts/requests', 'Requests')],
    [
      'invite links',
      async () => {
        await goTo('contacts/invites', 'Invite links');
        await button('Create link').click();
        await page.getByRole('textbox', { name: say('Link') }).waitFor();
      },
    ],
    [
      'a person',
      async () => {
        await page.goto(`${url}/#/contacts/${member.id}`);
        await button('More actions').waitFor();
      },
    ],
    ['settings: profile', () => goTo('settings/profile', 'Profile')],
    ['settings: appearance', () => goTo('settings/appearance', 'Appearance')],
    ['settings: notifications', () => goTo('settings/notifications', 'Notifications')],
    ['settings: devices', () => goTo('settings/devices', 'Devices')],
    ['settings: blocked', () => goTo('settings/blocked', 'Blocked people')],
    [
      'the fleet',
      async () => {
        await page.goto(`${url}/#/fleet`);
        await page.locator('input[type="password"]').waitFor();
      },
    ],
  ];
}
