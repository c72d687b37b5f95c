import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, test } from 'node:test';
import { eventually, type PlainUser, plainUser } from '@berth/fixtures';
import { Mysql } from '@berth/mysql';
import { freePorts } from '@berth/stores';
import { getsIn, nodeOf, seedPeople, settle, verdict } from '../harness/people.ts';
import type { PlatformDoors } from '../harness/platform.ts';
import { type Load, startLoad } from './load.ts';

const main = join(import.meta.dirname, '../../apps/local/src/main.ts');
const user = plainUser(main);
const skip = typeof user === 'string' && user;
const [port, mailPort] = (await freePorts(2)) as [number, number];
const mailUrl = `http://127.0.0.1:${mailPort}/email`;
const closers: (() => Promise<unknown>)[] = [];

let launcher: ChildProcess;
let ended: Promise<number | null>;
let screen = '';
let doors: PlatformDoors;
let load: Load;

/** `npm start` by one who is not root, with four people who talk all the time. */
before(async () => {
  if (skip) return;
  const { command, folder, env } = user as PlainUser;
  const data = join(folder, 'data');
  const ports = ['--port', String(port), '--mail-port', String(mailPort)];
  const [file, ...args] = [...command, process.execPath, main, '--no-web', '--data', data, ...ports];
  // Every client of a test comes from one address.
  const environment = { ...env, REQUESTS_PER_ADDRESS_MINUTE: '100000' };
  launcher = spawn(file!, args, { env: environment, stdio: ['pipe', 'pipe', 'inherit'] });
  launcher.stdout!.setEncoding('utf8').on('data', (chunk) => {
    screen += chunk;
  });
  ended = new Promise((resolve) => launcher.once('close', resolve));
  closers.push(async () => {
    launcher.kill('SIGKILL');
    await ended;
    // What dies with the launcher writes on for a moment.
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  });
  await said(/Ctrl-C/);
  const mysql = /mysql +(127\.0\.0\.1:\d+)/.exec(screen)![1];
  const password = readFileSync(join(data, 'mysql/password'), 'utf8').trim();
  const db = new Mysql({ url: `mysql://berth:${password}@${mysql}/berth` });
  closers.push(() => db.close());
  doors = {
    gateUrl: `http://127.0.0.1:${port}`,
    db,
    beforeClose: (close) => void closers.push(close),
    mailbox: { code: () => Promise.reject(new Error('nobody registers')) },
  };
  load = await startLoad(doors, 4);
});
after(async () => {
  for (const close of closers.reverse()) await close();
});

function said(pattern: RegExp): Promise<unknown> {
  return eventually(
    `the screen says ${pattern}`,
    () => {
      if (!pattern.test(screen)) throw new Error(`it says: ${screen}`);
      return true;
    },
    90_000,
  );
}

/** The process that the screen names for the part. */
async function pidOf(name: string): Promise<number> {
  screen = '';
  launcher.stdin!.write('\n');
  await said(/Ctrl-C/);
  return Number(new RegExp(`^ {2}${name} .* process (\\d+)$`, 'm').exec(screen)![1]);
}

for (const name of ['chat-1', 'chat-2', 'gate', 'status', 'verify', 'mail', 'redis', 'mysql']) {
  test(`${name} is killed: nobody notices but the screen`, { skip }, async () => {
    await load.more(20);
    process.kill(await pidOf(name), 'SIGKILL');
    await said(new RegExp(`berth: ${name} stopped by itself \\(SIGKILL; .*; starting it again`));
    await said(new RegExp(`berth: ${name} runs again \\(process \\d+\\)`));
    await load.more(20);
  });
}

test('a mail of before is shown still, and new ones arrive', { skip }, async () => {
  const ask = async (address: string) => {
    const body = JSON.stringify({ email: address, purpose: 'register' });
    const headers = { 'content-type': 'application/json' };
    await eventually('a code is sent', async () => {
      const answer = await fetch(`${doors.gateUrl}/v1/codes`, { method: 'POST', headers, body });
      // One that was asked for before, and of which gate did not hear in time, has been sent.
      if (!answer.ok && answer.status !== 429) throw new Error(await answer.text());
      return true;
    });
  };
  const addresses = async (): Promise<string[]> => {
    const mails = (await (await fetch(mailUrl)).json()) as { to: { address: string }[] }[];
    return mails.map(({ to }) => to[0]!.address);
  };
  await ask('first@example.org');
  await eventually('the mail has come', async () => (await addresses()).includes('first@example.org'));
  process.kill(await pidOf('mail'), 'SIGKILL');
  await said(/berth: mail runs again/);
  await ask('second@example.org');
  await eventually(
    'both are there',
    async () => (await addresses()).join() === 'first@example.org,second@example.org',
  );
});

test('a node is taken away: its people are moved; and put back', { skip }, async () => {
  const here = load.devices.filter((device) => nodeOf(device) === 'chat-2');
  const before = here.map(({ states }) => states.length);
  launcher.stdin!.write('-');
  await said(/berth: chat-2 has stopped/);
  await eventually('all are on the other', () => load.devices.every((device) => nodeOf(device) === 'chat-1'));
  for (const [index, { states }] of here.entries())
    assert.equal(JSON.stringify(states.slice(before[index])).includes('loggedOut'), false);
  launcher.stdin!.write('+');
  await said(/berth: chat-2 runs \(process \d+\)/);
  const [person] = await seedPeople(doors, 1, 'late');
  await getsIn(doors, person!);
});

test('nothing was lost, doubled or put in another order, and all of it stops', { skip }, async () => {
  await load.more(20);
  await load.stop();
  await settle(doors, load.devices, load.conversations);
  assert.deepEqual(await verdict(doors, load.devices, load.conversations), []);
  await load.close();
  launcher.kill('SIGTERM');
  assert.equal(await ended, 0);
});
