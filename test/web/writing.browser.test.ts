import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import type { Page } from 'playwright-core';
import { zh } from '../../apps/web/src/i18n/zh.ts';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { closeAll, connectDevice, createGroup, type Device, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { violations } from './axe.ts';
import { logIn, message, openChat, section, send } from './screens.ts';

const platform = usePlatform({ environment: { gate: { WEB_ROOT: webRoot } } });
const browser = useBrowser();

async function assertClean(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await violations(page), []);
  }
}

/** A group of three, its owner first; everybody is connected elsewhere, too. */
async function seedCrew(title: string): Promise<{ devices: Device[]; group: number }> {
  const people = await seedPeople(platform, 3, 'hand');
  const devices: Device[] = [];
  for (const person of people) devices.push(await connectDevice(platform, person, { deviceClass: 'setup' }));
  return { devices, group: await createGroup(devices, title) };
}

const mentioned = (count: number): string =>
  (zh['chats.mentions'] as { other: string }).other.replace('{count}', `${count}`);
const field = (page: Page) => page.getByRole('textbox', { name: /^Message to/ });
const row = (page: Page, name: string) =>
  page.getByRole('region', { name: 'Chats' }).getByRole('link', { name: new RegExp(name) });

test('a member is mentioned by the keyboard, told though the group is silenced, and keeps the mention under another name', async () => {
  const { devices, group } = await seedCrew('Mentioners');
  const [owner, bob, cat] = devices as [Device, Device, Device];
  await bob.client.request('preferences', { conversation: group, silenced: true });
  const ann = (await browser.open(platform.gateUrl)).page;
  await logIn(ann, owner.person);
  await openChat(ann, 'Mentioners');
  const other = (await browser.open(platform.gateUrl, { locale: 'zh-CN', serviceWorkers: 'block' })).page;
  await other.getByLabel(zh['login.email']).fill(bob.person.email);
  await other.getByLabel(zh['login.password'], { exact: true }).fill(bob.person.password);
  await other.getByRole('button', { name: zh['login.submit'] }).click();
  const listed = other.getByRole('link', { name: /Mentioners/ });
  await listed.waitFor();

  await field(ann).pressSequentially(`so, @${bob.person.name.slice(0, -1)}`);
  const list = ann.getByRole('listbox', { name: 'People to mention' });
  // Who wrote last would be first; nobody has: the alphabet.
  await list.getByRole('option').first().waitFor();
  await assertClean(ann);
  while ((await list.getByRole('option', { name: bob.person.name, selected: true }).count()) === 0)
    await field(ann).press('ArrowDown');
  await field(ann).press('Enter');
  await eventually('the name is in the text', async () =>
    new RegExp(`^so, @${bob.person.name} $`).test(await field(ann).inputValue()),
  );
  await field(ann).pressSequentially('are you there?');
  await field(ann).press('Enter');
  await message(ann, 'are you there?').waitFor();
  await listed.getByText(mentioned(1)).waitFor({ state: 'attached' });
  // Everybody is for the owner to call, and the list says so in the reader's language.
  await field(ann).pressSequentially('@al');
  await list.getByRole('option', { name: /@all/ }).waitFor();
  await field(ann).press('Tab');
  await field(ann).pressSequentially('aboard');
  await field(ann).press('Enter');
  await listed.getByText(mentioned(2)).waitFor({ state: 'attached' });
  await assertClean(other);

  await bob.client.request('profileUpdate', { nick: 'Captain Bob' });
  await message(ann, 'are you there?').getByText('@Captain Bob').waitFor();
  await listed.click();
  await message(other, 'are you there?').getByText('@Captain Bob').waitFor();
  await eventually(
    'what was read mentions nobody any more',
    async () => (await listed.getByText('@', { exact: true }).count()) === 0,
  );
  await assertClean(other);

  // A member is not offered what is not theirs to say.
  const third = (await browser.open(platform.gateUrl)).page;
  await logIn(third, cat.person);
  await openChat(third, 'Mentioners');
  await field(third).pressSequentially('@');
  const offered = third.getByRole('listbox', { name: 'People to mention' });
  await offered.getByRole('option', { name: /Captain Bob/ }).waitFor();
  assert.equal(await offered.getByRole('option', { name: /@all/ }).count(), 0);
  // Who wrote lately comes first.
  assert.match((await offered.getByRole('option').first().textContent())!, new RegExp(owner.person.name));
  await field(third).press('Escape');
  await offered.waitFor({ state: 'detached' });
  await closeAll(devices);
});

test('from one unread mention to the next', async () => {
  const { devices, group } = await seedCrew('Jumpers');
  const [owner, bob] = devices as [Device, Device, Device];
  const mentions = [{ user: bob.person.id, at: 0, length: 2 }];
  for (let index = 0; index < 70; index++) {
    const isMeant = index === 30 || index === 50;
    const text = isMeant ? `@B number ${index}` : `line ${index}`;
    await owner.client.send(group, text, isMeant ? { mentions } : {}).whenSent();
  }
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, bob.person);
  await row(page, 'Jumpers').getByText('2 mentions').waitFor({ state: 'attached' });
  await openChat(page, 'Jumpers');
  const jump = page.getByRole('button', { name: 'Jump to the next message that mentions you' });
  await jump.click();
  await message(page, 'number 30').waitFor();
  await assertClean(page);
  await jump.click();
  await message(page, 'number 50').waitFor();
  await jump.waitFor({ state: 'detached' });
  await closeAll(devices);
});

test('marks show as what they stand for, code in colours when it is seen, or as they were typed', async () => {
  const { devices } = await seedCrew('Writers');
  const [owner] = devices as [Device];
  const { page, complaints } = await browser.open(platform.gateUrl);
  await logIn(page, owner.person);
  await openChat(page, 'Writers');
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  await send(page, 'plain words, at 14:20');
  await message(page, 'plain words').waitFor();
  const isFormat = (url: string) => /formatted-text|highlight/.test(url);
  assert.ok(!loaded.some(isFormat), 'a plain text loads nothing');
  const typed = '**bold** and *soft*\n> quoted\n- one\n- two\n\n```js\nconst tide = "high";\n```';
  await send(page, typed);
  const said = message(page, 'quoted');
  await said.locator('strong', { hasText: 'bold' }).waitFor();
  await said.locator('em', { hasText: 'soft' }).waitFor();
  await said.locator('blockquote', { hasText: 'quoted' }).waitFor();
  assert.deepEqual(await said.locator('li').allInnerTexts(), ['one', 'two']);
  const marks = (list: Element) => getComputedStyle(list).listStyleType;
  assert.equal(await said.locator('ul').evaluate(marks), 'disc');
  await said.locator('code span', { hasText: 'const' }).waitFor();
  await send(
    page,
    'so ~~low~~ high, says `tide --now` of [the pier](https://pier.example/tide)\n\n3. up\n4. down',
  );
  const marked = message(page, 'says');
  await marked.locator('del', { hasText: /^low$/ }).waitFor();
  const lineOf = (of: Element) => getComputedStyle(of).textDecorationLine;
  assert.equal(await marked.locator('del').evaluate(lineOf), 'line-through');
  const code = marked.locator('code', { hasText: /^tide --now$/ });
  assert.match(await code.evaluate((of) => getComputedStyle(of).fontFamily), /mono/i);
  const link = marked.getByRole('link', { name: 'the pier', exact: true });
  assert.equal(await link.getAttribute('href'), 'https://pier.example/tide');
  assert.equal(await link.getAttribute('rel'), 'noopener noreferrer nofollow');
  assert.deepEqual(await marked.getByRole('listitem').allInnerTexts(), ['up', 'down']);
  assert.equal(await marked.locator('ol').getAttribute('start'), '3');
  const colours = await said
    .locator('code span')
    .evaluateAll((parts) => new Set(parts.map((part) => getComputedStyle(part).color)).size);
  assert.ok(colours > 1, 'words of code have colours of their own');
  await assertClean(page);
  const formatted = (await said.boundingBox())!.height;

  await section(page, 'Settings').click();
  await page.getByRole('link', { name: 'Appearance' }).click();
  await page.getByRole('switch', { name: /Formatted messages/ }).click();
  await assertClean(page);
  await section(page, 'Chats').click();
  await openChat(page, 'Writers');
  await message(page, '**bold** and *soft*').waitFor();
  const plain = (await message(page, '**bold**').boundingBox())!.height;
  assert.ok(Math.abs(plain - formatted) < 12, `${formatted} px formatted, ${plain} as it was typed`);
  assert.deepEqual(complaints, []);
  await closeAll(devices);
});

test('emoji come by their names, with a skin tone, and those used lately first', async () => {
  const { devices } = await seedCrew('Emoters');
  const [owner] = devices as [Device];
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, owner.person);
  await openChat(page, 'Emoters');
  await field(page).pressSequentially('well done :tad');
  const list = page.getByRole('listbox', { name: 'Emoji' });
  await list.getByRole('option', { name: ':tada:' }).waitFor();
  await assertClean(page);
  await field(page).press('Enter');
  await eventually('the emoji', async () => (await field(page).inputValue()) === 'well done 🎉 ');
  await field(page).pressSequentially(':+1');
  await list.getByRole('option', { name: ':+1:' }).waitFor();
  await field(page).pressSequentially(':');
  await eventually('the emoji that was spelled', async () => /🎉 👍 $/.test(await field(page).inputValue()));
  await page.getByRole('button', { name: 'Emoji' }).click();
  const search = page.getByRole('combobox', { name: 'Search emoji' });
  await search.waitFor();
  const grid = page.getByRole('grid', { name: 'Emoji' });
  assert.deepEqual((await grid.getByRole('gridcell').allInnerTexts()).slice(0, 2), ['👍', '🎉']);
  await page.getByRole('combobox', { name: 'Skin tone' }).selectOption('4');
  await search.fill('waving hand');
  await search.press('Enter');
  await page.keyboard.press('Escape');
  await eventually('the tone', async () => (await field(page).inputValue()).includes('👋🏾'));
  await page.reload();
  await openChat(page, 'Emoters');
  await page.getByRole('button', { name: 'Emoji' }).click();
  await search.waitFor();
  assert.deepEqual((await grid.getByRole('gridcell').allInnerTexts()).slice(0, 3), ['👋🏾', '👍', '🎉']);
  await assertClean(page);
  await closeAll(devices);
});

test('a draft keeps whom it mentions on every device, and what is sent later tells them, whatever they are called then', async () => {
  const { devices, group } = await seedCrew('Patient');
  const [owner, bob] = devices as [Device, Device, Device];
  const { page } = await browser.open(platform.gateUrl);
  await logIn(page, owner.person);
  await openChat(page, 'Patient');
  await field(page).pressSequentially(`@${bob.person.name}`);
  await page.getByRole('option', { name: bob.person.name }).waitFor();
  await field(page).press('Enter');
  await field(page).pressSequentially('tomorrow');
  const second = (await browser.open(platform.gateUrl)).page;
  await logIn(second, owner.person);
  await second.getByRole('link', { name: new RegExp(`Draft: @${bob.person.name} tomorrow`) }).waitFor();
  await bob.client.request('profileUpdate', { nick: 'Captain Bob' });
  await second.getByRole('link', { name: /Draft: @Captain Bob tomorrow/ }).waitFor();
  await openChat(second, 'Patient');
  await second.getByRole('button', { name: 'More actions', exact: true }).click();
  await second.getByRole('menuitem', { name: 'Send later' }).click();
  const dialog = second.getByRole('dialog', { name: 'Send later' });
  await dialog.getByLabel('Message').fill(`well, @${bob.person.name} tomorrow`);
  await dialog.getByRole('button', { name: 'Send later' }).click();
  const waiting = dialog.getByRole('region', { name: 'To be sent' });
  await waiting.getByText('well, @Captain Bob tomorrow').waitFor();
  await dialog.getByRole('button', { name: 'Edit' }).click();
  await dialog.getByLabel('Message').press('End');
  await dialog.getByLabel('Message').pressSequentially(', at noon');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await waiting.getByText('well, @Captain Bob tomorrow, at noon').waitFor();
  // He is offered there, too; Escape closes what is offered, and nothing else.
  await dialog.getByLabel('Message').pressSequentially('@Capt');
  await dialog.getByRole('option', { name: 'Captain Bob' }).waitFor();
  await assertClean(second);
  await dialog.getByLabel('Message').press('Escape');
  await dialog.getByRole('option').waitFor({ state: 'detached' });
  await dialog.getByLabel('Message').pressSequentially('ain');
  await dialog.getByRole('option', { name: 'Captain Bob' }).waitFor();
  await dialog.getByLabel('Message').press('Enter');
  await dialog.getByRole('button', { name: 'Send later' }).click();
  await waiting.getByText('@Captain Bob', { exact: true }).waitFor();
  // As if its time had come.
  await platform.db.run('UPDATE scheduled_messages SET at = 1, look_at = 1 WHERE user_id = ?', [
    owner.person.id,
  ]);
  await eventually('he is told that he is meant, twice', async () => {
    const { conversation } = await bob.client.request('conversation', { conversation: group });
    return conversation.mentions?.length === 2;
  });
  await message(page, 'at noon').getByText('@Captain Bob').waitFor();
  await closeAll(devices);
});
