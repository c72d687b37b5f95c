import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { parseInviteToken } from '@berth/tokens';
import type { Page } from 'playwright-core';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { closeAll, connectDevice, type Person, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { violations } from './axe.ts';
import { logIn, message, section, send } from './screens.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

/** An invite of a person, made by another device of theirs; the link is what the page makes of it. */
async function inviteOf(
  person: Person,
  options: { maxUses?: number } = {},
): Promise<{ link: string; invite: string }> {
  const device = await connectDevice(platform, person, { deviceClass: 'setup' });
  const { invite } = (await device.client.request('inviteCreate', options)).invite;
  await closeAll([device]);
  return { invite, link: `${platform.gateUrl}/#/invite/${invite}` };
}

async function register(page: Page, name: string): Promise<void> {
  const email = `${name}@example.org`;
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByLabel('Code from the e-mail').fill(await platform.mailbox.code(email));
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill('Harbour-light-9');
  await page.getByRole('button', { name: 'Create account' }).click();
}

test('a link is made, handed on, and brings a new person in, who is a friend at once', async () => {
  const [ann] = await seedPeople(platform, 1, 'host');
  const mine = await browser.open(platform.gateUrl, { permissions: ['clipboard-read', 'clipboard-write'] });
  const { page } = mine;
  await logIn(page, ann!);
  // Also the way of who knows nobody here yet.
  await page.getByRole('button', { name: 'Invite links' }).click();
  await page.getByRole('button', { name: 'Create link' }).waitFor();
  await section(page, 'Contacts').click();
  await page.getByRole('link', { name: 'Invite links' }).click();
  await page.getByLabel('Good for').selectOption('10 people');
  await page.getByRole('button', { name: 'Create link' }).click();
  await page.getByText('0 of 10 used').waitFor();
  // The keyboard is on what comes next.
  await page.keyboard.press('Enter');
  await page.getByText('Copied').waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(link, await page.getByRole('textbox', { name: 'Link' }).inputValue());
  assert.match(link, /#\/invite\/[\w-]{27}$/);
  await page.getByRole('button', { name: 'QR code' }).click();
  await page.getByRole('img', { name: 'QR code of the link' }).waitFor();
  await page.keyboard.press('Escape');

  const theirs = await browser.open(link);
  await theirs.page.getByText(`${ann!.name} invites you. You will be friends here.`).waitFor();
  // Also for whoever looks at the other pages first.
  await theirs.page.getByRole('link', { name: 'Log in instead' }).click();
  await theirs.page.getByText(`${ann!.name} invites you.`).waitFor();
  await theirs.page.getByRole('link', { name: 'Create an account' }).click();
  await register(theirs.page, 'newcomer');
  await theirs.page.getByRole('textbox', { name: `Message to ${ann!.name}` }).waitFor();
  await send(theirs.page, 'I came by your link');

  await page.getByText('You and newcomer are friends now').waitFor();
  await page.getByText('1 of 10 used').waitFor();
  await section(page, 'Chats').click();
  await page.getByRole('region', { name: 'Chats' }).getByRole('link', { name: 'newcomer' }).click();
  await message(page, 'I came by your link').waitFor();
  await theirs.page.reload();
  await message(theirs.page, 'I came by your link').waitFor();
  assert.deepEqual([...mine.complaints, ...theirs.complaints], []);
});

test('whoever has an account confirms, logged in or not, and is asked no second time', async () => {
  const [ann, bob, eve] = await seedPeople(platform, 3, 'known');
  const { link } = await inviteOf(ann!, { maxUses: 10 });
  const { page } = await browser.open(link);
  await page.getByRole('link', { name: 'Log in instead' }).click();
  await logIn(page, bob!);
  await page.getByText(`${ann!.name} invites you to be friends.`).waitFor();
  await page.getByRole('button', { name: 'Become friends' }).click();
  await page.getByRole('textbox', { name: `Message to ${ann!.name}` }).waitFor();
  await page.goto(link);
  await page.getByText('You are friends already.').waitFor();
  await page.getByRole('button', { name: 'Message' }).click();
  await page.getByRole('textbox', { name: `Message to ${ann!.name}` }).waitFor();

  // A link that is pasted where people are looked for.
  const other = await browser.open(platform.gateUrl);
  await logIn(other.page, eve!);
  await section(other.page, 'Contacts').click();
  await other.page.getByRole('combobox', { name: 'Find people' }).fill(link);
  await other.page.getByText(`${ann!.name} invites you to be friends.`).waitFor();
  await other.page.getByRole('button', { name: 'Not now' }).click();
  await section(other.page, 'Chats').waitFor();
  await other.page.reload();
  await other.page.getByText('No conversations yet').waitFor();

  const own = await browser.open(link);
  await own.page.getByRole('link', { name: 'Log in instead' }).click();
  await logIn(own.page, ann!);
  await own.page.getByText('This is your own invite.').waitFor();
});

test('a link that is no longer good says why, and keeps nobody from registering', async () => {
  const [ann] = await seedPeople(platform, 1, 'past');
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, ann!);
  await page.goto(`${platform.gateUrl}/#/contacts/invites`);
  await page.getByRole('button', { name: 'Create link' }).click();
  const revoked = await page.getByRole('textbox', { name: 'Link' }).inputValue();
  await page.getByRole('button', { name: 'Take back' }).click();
  await page.getByRole('list', { name: 'Ended links' }).getByText('Taken back').waitFor();
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  const isRevoked = async () => {
    const [row] = await platform.db.rows<{ revoked_at: number | null }>(
      'SELECT revoked_at FROM invites WHERE secret = ?',
      [parseInviteToken(revoked.split('/').at(-1)!)!.secret],
    );
    return row!.revoked_at !== null;
  };
  await eventually('in earnest, when nobody has undone it', isRevoked, 45_000);
  const { link: expired, invite } = await inviteOf(ann!);
  await platform.db.run('UPDATE invites SET expires_at = ? WHERE secret = ?', [
    Date.now() - 1,
    parseInviteToken(invite)!.secret,
  ]);
  const { link: usedUp, invite: spent } = await inviteOf(ann!);
  await platform.db.run('UPDATE invites SET uses = 1 WHERE secret = ?', [parseInviteToken(spent)!.secret]);
  for (const [link, why] of [
    [revoked, 'This invite was taken back.'],
    [expired, 'This invite has expired.'],
    [usedUp, 'This invite has been used already.'],
    [`${platform.gateUrl}/#/invite/${'A'.repeat(27)}`, 'There is no such invite.'],
  ] as const) {
    const stranger = await browser.open(link);
    await stranger.page.getByText(why).waitFor();
    if (link === revoked) {
      await register(stranger.page, 'nevertheless');
      await stranger.page.getByText('No conversations yet').waitFor();
      await stranger.page.goto(expired);
      await stranger.page.getByText('This invite has expired.').waitFor();
    }
    await stranger.context.close();
  }
});

test('who invites is asked for again when gate does not know at once', async () => {
  const [ann] = await seedPeople(platform, 1, 'later');
  const { link } = await inviteOf(ann!);
  const { page, context } = await browser.open(platform.gateUrl);
  let refusals = 0;
  await context.route('**/v1/invites/preview', async (route) => {
    if (refusals++ < 2) await route.abort();
    else await route.continue();
  });
  await page.goto(link);
  await page.getByText(`${ann!.name} invites you. You will be friends here.`).waitFor();
  assert.equal(refusals, 3);
});

for (const theme of ['light', 'dark'] as const) {
  test(`axe finds nothing on the pages of invites, ${theme}`, async () => {
    const [ann, bob] = await seedPeople(platform, 2, `axe-${theme}`);
    const { link } = await inviteOf(ann!);
    const { page } = await browser.open(link, { colorScheme: theme });
    await page.getByText(`${ann!.name} invites you.`).waitFor();
    assert.deepEqual(await violations(page), [], 'register by an invite');
    await page.getByRole('link', { name: 'Log in instead' }).click();
    await logIn(page, bob!);
    await page.getByRole('button', { name: 'Become friends' }).waitFor();
    assert.deepEqual(await violations(page), [], 'an invite');
    await page.goto(`${platform.gateUrl}/#/contacts/invites`);
    await page.getByRole('button', { name: 'Create link' }).click();
    await page.getByText('0 of 1 used').waitFor();
    assert.deepEqual(await violations(page), [], 'invite links');
    await page.getByRole('button', { name: 'QR code' }).click();
    await page.getByRole('img', { name: 'QR code of the link' }).waitFor();
    assert.deepEqual(await violations(page), [], 'QR code');
  });
}
