import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { type BerthClient, type ConversationSummary, createClient, type Message } from '@berth/client';
import { eventually } from '@berth/fixtures';
import { freePorts } from '@berth/stores';
import { domain, friends, groups, hero, password } from './cast.ts';

const main = join(import.meta.dirname, '../main.ts');
const folder = mkdtempSync(join(tmpdir(), 'berth-demo-'));
const children: ChildProcess[] = [];

after(async () => {
  for (const child of children) await stop(child);
  rmSync(folder, { recursive: true, force: true });
});

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  await exited;
}

/** `npm start -- --demo`, until it says how to log in. */
async function start(): Promise<{ child: ChildProcess; gateUrl: string }> {
  const [port, mailPort] = await freePorts(2);
  const options = ['--demo', '--no-web', '--data', folder, '--port', `${port}`, '--mail-port', `${mailPort}`];
  const child = spawn(process.execPath, [main, ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  children.push(child);
  let out = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk) => {
    out += chunk;
  });
  await eventually(
    'the demo says how to log in',
    () => {
      if (child.exitCode !== null || out.includes('there is no demo')) throw new Error(out);
      return out.includes(`log in as ${hero.name}@${domain} with the password ${password}`);
    },
    120_000,
  );
  return { child, gateUrl: `http://127.0.0.1:${port}` };
}

async function logIn(gateUrl: string): Promise<BerthClient> {
  const client = createClient({ gateUrl });
  await client.logIn({ email: `${hero.name}@${domain}`, password });
  client.connect();
  return client;
}

const listOf = async (client: BerthClient): Promise<ConversationSummary[]> =>
  (await client.request('conversations', { limit: 200 })).conversations;

const shape = (conversations: ConversationSummary[]) =>
  conversations.map(({ conversation, title, head }) => [conversation, title, head]).sort();

test('the demo has people, groups and a conversation that answers back, and a second start finds them', async () => {
  const first = await start();
  const client = await logIn(first.gateUrl);
  const listed = await listOf(client);
  assert.equal(listed.length, friends.length + groups.length);
  assert.equal((await client.request('friends', {})).friends.length, friends.length);
  assert.deepEqual(
    (await client.request('friendRequests', {})).requests
      .filter(({ state }) => state === 'pending')
      .map(({ nick, direction }) => [nick, direction]),
    [['Anna Berg', 'incoming']],
  );
  const heard: Message[] = [];
  client.on('message', ({ message }) => heard.push(message));
  const answered = async (conversation: number) => {
    await client.send(conversation, 'Are you there?').whenSent();
    await eventually('somebody answers', () =>
      heard.some((message) => message.conversation === conversation && message.sender !== client.account!.id),
    );
  };
  await answered(listed.find(({ peer }) => peer?.name === 'ines')!.conversation);
  await answered(listed.find(({ title }) => title === groups[0]!.title)!.conversation);
  const before = shape(await listOf(client));
  await client.close();
  await stop(first.child);

  const second = await start();
  const again = await logIn(second.gateUrl);
  assert.deepEqual(shape(await listOf(again)), before);
  await again.close();
});
