import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { after, before, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { freePorts } from '@berth/stores';
import type { Page } from 'playwright-core';
import { useBrowser } from '../harness/browser.ts';
import { message, nodeOf, section, send, texts } from '../web/screens.ts';

const [port, mailPort] = (await freePorts(2)) as [number, number];
const data = mkdtempSync(join(tmpdir(), 'berth-demo-'));
const browser = useBrowser();
let launcher: ChildProcess;
let ended: Promise<number | null>;
let screen = '';

/** What the README says: `npm start`, and two browsers. */
before(async () => {
  const ports = ['--port', String(port), '--mail-port', String(mailPort)];
  launcher = spawn('npm', ['start', '--', '--data', data, ...ports], {
    cwd: resolve(import.meta.dirname, '../..'),
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  launcher.stdout!.setEncoding('utf8').on('data', (chunk) => {
    screen += chunk;
  });
  ended = new Promise((resolve) => launcher.once('close', resolve));
  await said(/Ctrl-C/);
});
after(async () => {
  launcher.kill('SIGTERM');
  await ended;
  await rm(data, { recursive: true, force: true, maxRetries: 10 });
});

function said(pattern: RegExp): Promise<unknown> {
  return eventually(
    `the screen says ${pattern}`,
    () => {
      if (!pattern.test(screen)) throw new Error(`it says: ${screen}`);
      return true;
    },
    120_000,
  );
}

/** Registers as a new user does, with the code from the mailbox. */
async function register(name: string): Promise<{ page: Page; complaints: string[] }> {
  const { page, complaints } = await browser.open(`http://127.0.0.1:${port}/#/register`);
  const email = `${name}@example.org`;
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Send code' }).click();
  const code = await eventually('the mail is there', async () => {
    const mails = (await (await fetch(`http://127.0.0.1:${mailPort}/email`)).json()) as {
      to: { address: string }[];
      text: string;
    }[];
    const mail = mails.find(({ to }) => to[0]!.address === email);
    return mail && /\b\d{6}\b/.exec(mail.text)?.[0];
  });
  await page.getByLabel('Code from the e-mail').fill(code);
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill('Harbour-light-9');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('No conversations yet').waitFor();
  return { page, complaints };
}

test('two browsers, the node that one is on is killed, and nobody notices but the screen', async () => {
  const [ann, bob] = [await register('ann'), await register('bob')];
  await section(ann.page, 'Contacts').click();
  await ann.page.getByRole('combobox', { name: 'Find people' }).fill('bob');
  await ann.page.getByRole('option', { name: /bob/ }).click();
  await ann.page.getByRole('button', { name: 'Add friend' }).click();
  await ann.page.getByRole('dialog').getByRole('button', { name: 'Send request' }).click();
  await section(bob.page, 'Contacts').click();
  await bob.page.getByRole('link', { name: /^Requests/ }).click();
  await bob.page.getByRole('button', { name: 'Accept' }).click();
  await bob.page.getByRole('button', { name: 'Message' }).click();
  await section(ann.page, 'Chats').click();
  await ann.page.getByRole('region', { name: 'Chats' }).getByRole('link', { name: 'bob' }).click();

  const node = await nodeOf(ann.page);
  assert.notEqual(await nodeOf(bob.page), node, 'each is on a node of their own');
  await send(ann.page, 'before');
  await message(bob.page, 'before').waitFor();
  process.kill(Number(new RegExp(`^ {2}${node} .* process (\\d+)$`, 'm').exec(screen)![1]), 'SIGKILL');
  await send(ann.page, 'from the one who was there');
  await send(bob.page, 'from the other');
  for (const { page } of [ann, bob]) {
    await message(page, 'from the one who was there').waitFor();
    await message(page, 'from the other').waitFor();
  }
  await said(new RegExp(`berth: ${node} stopped by itself \\(SIGKILL; .*; starting it again`));
  await said(new RegExp(`berth: ${node} runs again \\(process \\d+\\)`));
  await send(bob.page, 'after it');
  await message(ann.page, 'after it').waitFor();

  // The same, each once; and nothing else was said to anybody.
  const [hers, his] = [await texts(ann.page), await texts(bob.page)];
  assert.deepEqual(hers, his);
  assert.equal(new Set(hers).size, hers.length);
  for (const { page } of [ann, bob])
    assert.equal(
      await page
        .getByRole('region', { name: 'Notices' })
        .getByText(/node|could not|lost/i)
        .count(),
      0,
    );
  // A connection that was cut off is all that a browser itself may have to say.
  for (const { complaints } of [ann, bob])
    assert.deepEqual(
      complaints.filter((complaint) => !complaint.includes('WebSocket')),
      [],
    );
});
