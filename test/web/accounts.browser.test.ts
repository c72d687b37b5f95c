import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { useBrowser, webRoot } from '../harness/browser.ts';
import { closeAll, connectDevice, seedPeople } from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { logIn, section } from './screens.ts';

const platform = usePlatform({
  environment: { gate: { WEB_ROOT: webRoot }, chat: { DEVICES_PER_CLASS: '1' } },
});
const browser = useBrowser();

test('someone registers by e-mail code and is logged in', async () => {
  const { page, complaints } = await browser.open(platform.gateUrl);
  await page.getByRole('link', { name: 'Create an account' }).click();
  const email = page.getByLabel('E-mail address');
  const name = page.getByLabel('User name');
  const password = page.getByLabel('Password', { exact: true });

  await test('fields are checked as one types, with the words beside the field', async () => {
    await email.pressSequentially('mara@');
    await page.getByText('This does not look like an e-mail address.').waitFor();
    assert.equal(await email.getAttribute('aria-invalid'), 'true');
    await email.pressSequentially('example.org');
    await page.getByText('This does not look like an e-mail address.').waitFor({ state: 'detached' });
    await name.fill('m a');
    await page.getByText('Letters, digits, “_”, “.” and “-” only.').waitFor();
    await name.fill('mara');
    await password.fill('short');
    await page.getByText('At least 8 characters, please.').waitFor();
  });

  await test('a password can be looked at, and its strength is shown', async () => {
    await password.fill('aaaaaaaaaa');
    await page.getByText('This one is guessed too easily.').waitFor();
    await password.fill('Harbour-light-9');
    assert.equal(await page.getByRole('meter').getAttribute('aria-valuetext'), 'Very strong');
    assert.equal(await password.getAttribute('type'), 'password');
    await page.getByRole('button', { name: 'Show password' }).click();
    assert.equal(await password.getAttribute('type'), 'text');
    await page.getByRole('button', { name: 'Hide password' }).click();
  });

  await test('the code is asked for once and then counts down until it may be asked for again', async () => {
    await email.fill('');
    await page.getByRole('button', { name: 'Send code' }).click();
    await page.getByText('Enter your e-mail address first.').waitFor();
    await email.fill('mara@example.org');
    await page.getByRole('button', { name: 'Send code' }).click();
    await page.getByText('The code is on its way to mara@example.org').waitFor();
    const waiting = page.getByRole('button', { name: /^Again in [01]:\d\d$/ });
    await waiting.waitFor();
    assert.equal(await waiting.getAttribute('aria-disabled'), 'true');
  });

  const code = page.getByLabel('Code from the e-mail');
  const right = await platform.mailbox.code('mara@example.org');
  await code.fill(right === '000000' ? '000001' : '000000');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('This is not the code that we sent.').waitFor();
  await code.fill(right);
  await page.getByRole('button', { name: 'Create account' }).click();

  await page.getByText('No conversations yet').waitFor();
  await page.reload();
  await page.getByText('No conversations yet').waitFor();
  assert.deepEqual(complaints, []);
});

test('who has registered while no node has room goes on from the log-in page', async () => {
  const { page } = await browser.open(`${platform.gateUrl}/#/register`);
  await page.getByLabel('E-mail address').fill('early@example.org');
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByLabel('Code from the e-mail').fill(await platform.mailbox.code('early@example.org'));
  await page.getByLabel('User name').fill('early');
  await page.getByLabel('Password', { exact: true }).fill('Harbour-light-9');
  await page.route('**/v1/sessions', (route) => route.abort());
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Your account is ready. Log in to begin.').waitFor();
  assert.equal(await page.getByLabel('E-mail address').inputValue(), 'early@example.org');
  await page.unroute('**/v1/sessions');
  await page.getByLabel('Password', { exact: true }).fill('not-her-password');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('E-mail address or password is wrong.').waitFor();
  await logIn(page, { email: 'early@example.org', password: 'Harbour-light-9' });
});

test('where all mail arrives at one place, the page says where', async () => {
  const { page } = await browser.open(platform.gateUrl);
  await page.route('**/v1/platform', (route) =>
    route.fulfill({ json: { mailboxUrl: 'http://127.0.0.1:1/' } }),
  );
  await page.goto(`${platform.gateUrl}/#/register`);
  await page.reload();
  const link = page.getByRole('link', { name: 'Open the mailbox' });
  await link.waitFor();
  assert.equal(await link.getAttribute('href'), 'http://127.0.0.1:1/');
});

test('the code is taken from the clipboard, by itself where that is allowed, else by a button or by pasting', async () => {
  const shown = await browser.open(`${platform.gateUrl}/#/register`);
  const { page, context } = shown;
  const code = page.getByLabel('Code from the e-mail');
  assert.equal(await page.getByRole('link', { name: 'Open the mailbox' }).count(), 0);
  await code.evaluate((field: HTMLElement) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', 'Your code is 123 456. It is good for 10 minutes.');
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  assert.equal(await code.inputValue(), '123456');
  await code.fill('');

  await page.getByLabel('E-mail address').fill('copied@example.org');
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByText('The code is on its way').waitFor();
  await page.getByRole('button', { name: 'Paste code' }).waitFor();
  const origin = new URL(platform.gateUrl).origin;
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  await page.evaluate(() => navigator.clipboard.writeText('654321'));
  await page.getByRole('button', { name: 'Paste code' }).click();
  await eventually('the button filled the field', async () => (await code.inputValue()) === '654321');
  await page.evaluate(() => navigator.clipboard.writeText('Your code is 111222.'));
  await code.fill('');
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await eventually('the field filled itself', async () => (await code.inputValue()) === '111222');
});

test('a code that was asked for a moment ago: why there is no other one yet, and when there is', async () => {
  const first = await browser.open(`${platform.gateUrl}/#/register`);
  await first.page.getByLabel('E-mail address').fill('hasty@example.org');
  await first.page.getByRole('button', { name: 'Send code' }).click();
  await first.page.getByText('The code is on its way').waitFor();
  const second = await browser.open(`${platform.gateUrl}/#/register`);
  await second.page.getByLabel('E-mail address').fill('hasty@example.org');
  await second.page.getByRole('button', { name: 'Send code' }).click();
  await second.page.getByText(/Too many tries\. Please wait [01]:\d\d\./).waitFor();
  const again = second.page.getByRole('button', { name: /^Again in [01]:\d\d$/ });
  const before = await again.innerText();
  await eventually('it counts down', async () => (await again.innerText()) < before);
});

for (const [path, submit] of [
  ['register', 'Create account'],
  ['reset', 'Set new password'],
] as const)
  test(`a code that is asked for again clears what was wrong with the one before (${path})`, async () => {
    const { page } = await browser.open(platform.gateUrl);
    await page.clock.install();
    await page.goto(`${platform.gateUrl}/#/${path}`);
    const code = page.getByLabel('Code from the e-mail');
    const email = page.getByLabel('E-mail address');
    await page.getByLabel(/^(New p|P)assword$/).fill('Harbour-light-9');
    if (path === 'register') await page.getByLabel('User name').fill('again');
    await email.fill(`wrong.${path}@example.org`);
    await page.getByRole('button', { name: 'Send code' }).click();
    await page.getByText('The code is on its way').waitFor();
    await code.fill('000000');
    await page.getByRole('button', { name: submit }).click();
    const wrong = page.getByText('This is not the code that we sent.');
    await wrong.waitFor();
    // Where no code was asked for a moment ago.
    await email.fill(`again.${path}@example.org`);
    await page.clock.fastForward(40_000);
    await page.getByRole('button', { name: 'Send code' }).click();
    await page.getByText(`The code is on its way to again.${path}@example.org`).waitFor();
    await wrong.waitFor({ state: 'detached' });
    assert.equal(await code.getAttribute('aria-invalid'), null);
    assert.equal(await code.inputValue(), '', 'it makes room for the new one');
    assert.ok(await code.evaluate((field) => field === document.activeElement));
  });

test('a name that is taken is said beside the field', async () => {
  const [person] = await seedPeople(platform, 1);
  const { page } = await browser.open(`${platform.gateUrl}/#/register`);
  await page.getByLabel('E-mail address').fill('twin@example.org');
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByLabel('Code from the e-mail').fill(await platform.mailbox.code('twin@example.org'));
  await page.getByLabel('User name').fill(person!.name);
  await page.getByLabel('Password', { exact: true }).fill('Harbour-light-9');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('This name is taken. Choose another.').waitFor();
});

test('a forgotten password is set anew by code, and one is logged in with it', async () => {
  const [person] = await seedPeople(platform, 1);
  const { page, context } = await browser.open(platform.gateUrl);
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('E-mail address').fill(person!.email);
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByLabel('Code from the e-mail').fill(await platform.mailbox.code(person!.email));
  await page.getByLabel('New password').fill('Other-harbour-7');
  await page.getByRole('button', { name: 'Set new password' }).click();
  await section(page, 'Chats').waitFor();
  await context.close();
  const again = await browser.open(platform.gateUrl);
  await logIn(again.page, { email: person!.email, password: 'Other-harbour-7' });
});

test('who stays logged in is there after the browser was closed, who does not is not', async () => {
  const [person] = await seedPeople(platform, 1);
  const first = await browser.open(platform.gateUrl);
  await logIn(first.page, person!);
  const kept = await first.context.storageState({ indexedDB: true });
  await first.context.close();
  const second = await browser.open(platform.gateUrl, { storageState: kept });
  await section(second.page, 'Chats').waitFor();
  await second.context.close();

  const third = await browser.open(platform.gateUrl);
  await third.page.getByLabel('E-mail address').fill(person!.email);
  await third.page.getByLabel('Password', { exact: true }).fill(person!.password);
  await third.page.getByRole('checkbox', { name: 'Stay logged in' }).uncheck();
  await third.page.getByRole('button', { name: 'Log in' }).click();
  await section(third.page, 'Chats').waitFor();
  await third.page.reload();
  await section(third.page, 'Chats').waitFor();
  const passing = await third.context.storageState({ indexedDB: true });
  await third.context.close();
  const fourth = await browser.open(platform.gateUrl, { storageState: passing });
  await fourth.page.getByRole('heading', { name: 'Log in' }).waitFor();
});

test('a log-in elsewhere takes over, says so, and can be taken back', async () => {
  const [person] = await seedPeople(platform, 1);
  const first = await browser.open(platform.gateUrl);
  await logIn(first.page, person!);
  const second = await browser.open(platform.gateUrl);
  await logIn(second.page, person!);
  const dialog = first.page.getByRole('alertdialog', { name: 'Logged in elsewhere' });
  await dialog.waitFor();
  await dialog.getByRole('button', { name: 'Use it here' }).click();
  await second.page.getByRole('alertdialog', { name: 'Logged in elsewhere' }).waitFor();
  await dialog.waitFor({ state: 'detached' });

  // Reading on is allowed, and the way back stays in sight.
  await second.page.getByRole('button', { name: 'Just keep reading' }).click();
  await second.page.getByRole('alertdialog').waitFor({ state: 'detached' });
  await second.page.getByRole('button', { name: 'Use it here' }).waitFor();
});

test('sessions are listed, another one is ended at once, and one logs out', async () => {
  const [person] = await seedPeople(platform, 1);
  const first = await browser.open(platform.gateUrl);
  await logIn(first.page, person!);
  const second = await browser.open(platform.gateUrl);
  await logIn(second.page, person!);
  const { page } = second;
  await section(page, 'Settings').click();
  await page.getByRole('link', { name: 'Devices' }).click();
  await page.getByText('This device').waitFor();
  // The first one gave way to the second; a phone is connected beside it.
  await page.getByText(/^Last seen/).waitFor();
  assert.equal(await page.getByText(/^Active now/).count(), 0);
  const phone = await connectDevice(platform, person!, { deviceClass: 'phone' });
  await page.reload();
  await page.getByText(/^Active now/).waitFor();
  await phone.client.logOut();
  await closeAll([phone]);
  await page.reload();
  await page.getByText(/^Active now/).waitFor({ state: 'detached' });
  await page.getByText(/^Last seen/).waitFor();
  await page.getByRole('button', { name: /^End session: / }).click();
  await page.getByRole('button', { name: /^End session: / }).waitFor({ state: 'detached' });
  // The ended one was kicked before; when it comes back it hears that it is over.
  await first.page.getByRole('button', { name: 'Use it here' }).last().click();
  await first.page.getByText('Your session was ended.').waitFor();

  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Log out' }).click();
  await page.getByText('You are logged out.').waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
});

test('the language is chosen, remembered and said to the browser', async () => {
  const { page } = await browser.open(platform.gateUrl);
  await page.getByRole('button', { name: 'Language' }).click();
  await page.getByRole('menuitem', { name: '简体中文' }).click();
  await page.getByRole('heading', { name: '登录' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: '登录' }).waitFor();
  assert.equal(await page.getAttribute('html', 'lang'), 'zh-Hans');
  const chinese = await browser.open(platform.gateUrl, { locale: 'zh-CN' });
  await chinese.page.getByRole('heading', { name: '登录' }).waitFor();
});
