import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { usePlatform } from '../harness/platform.ts';
import { TerminalClient } from '../harness/terminal.ts';

const platform = usePlatform({ files: true });
const terminals: TerminalClient[] = [];
after(() => Promise.all(terminals.map((terminal) => terminal.kill())));

function open(args: string[] = []): TerminalClient {
  const terminal = new TerminalClient(platform.gateUrl, args);
  terminals.push(terminal);
  return terminal;
}

/** A person registers at a terminal: the answers to its questions, the code from the mail. */
async function register(name: string): Promise<TerminalClient> {
  const terminal = open();
  const email = `${name}@example.org`;
  for (const answer of [email, '', name, 'Harbour-light-9']) terminal.type(answer);
  await terminal.sees(/a code was mailed/);
  terminal.type(await platform.mailbox.code(email));
  await terminal.sees(new RegExp(`logged in as ${name}`));
  return terminal;
}

test('two people register, find each other and chat at two terminals on two nodes', async () => {
  const ann = await register('ann');
  const [, annNode] = await ann.sees(/berthed on (chat-\d)/);
  const bob = await register('bob');
  const [, bobNode] = await bob.sees(/berthed on (chat-\d)/);
  assert.notEqual(annNode, bobNode);

  ann.type('/add bob we met at the harbour');
  await bob.sees(/ann asks to be your friend: we met at the harbour/);
  bob.type('/accept ann');
  await ann.sees(/bob is your friend now/);

  ann.type('/open bob');
  bob.type('/open ann');
  await ann.sees(/— bob —/);
  await bob.sees(/— ann —/);
  ann.type('hello from the other node');
  await bob.sees(/\d\d:\d\d ann: hello from the other node/);
  bob.type('\u001b[2Jand back');
  await ann.sees(/\d\d:\d\d bob: ·\[2Jand back/);
  await bob.sees(/\d\d:\d\d you: /);

  ann.type('/group Crew bob');
  await bob.sees(/you are in the group Crew/);
  ann.type('all aboard');
  await bob.sees(/\(Crew\) ann: all aboard/);

  bob.type('/list');
  await bob.sees(/Crew {2}\d unread {2}all aboard/);
  ann.type('/open Crew');
  await ann.sees(/— Crew —/);
  ann.type('ready, @Bob?');
  await bob.sees(/\(Crew\) ann: ready, @bob\?/);
  bob.type('/list');
  await bob.sees(/Crew {2}\d unread {2}@1 {2}ready, @Bob/);
  ann.type('/topic Knots');
  await bob.sees(/\(Crew\) ann set the topic to Knots/);
  ann.type('/edit all ashore');
  await bob.sees(/✎ \(Crew\) ann: all ashore/);
  bob.type('/open Crew');
  await bob.sees(/ann: all ashore ✎/);
  bob.type('/react 👍');
  await ann.sees(/bob: 👍/);
  bob.type('where to?');
  await ann.sees(/bob: where to\?/);
  ann.type('/reply bob: to the pier');
  await bob.sees(/ann: \(to you: where to\?\) to the pier/);
  ann.type('/react 👎 bob');
  await bob.sees(/ann: 👎/);
  ann.type('/recall');
  await bob.sees(/ann took a message back/);

  // What is muted, or beside the open conversation while it is quiet, is not shown; names may be short.
  bob.type('/open an');
  await bob.sees(/— ann —[\s\S]*— ann —/);
  bob.type('/mute Cr');
  await bob.sees(/\* Crew is muted/);
  ann.type('nobody hears this');
  ann.type('/open bob');
  ann.type('but this');
  await bob.sees(/ann: but this/);
  assert.doesNotMatch(bob.text, /nobody hears this/);
  bob.type('/mute crew');
  await bob.sees(/\* Crew is no longer muted/);
  bob.type('/quiet');
  await bob.sees(/\* quiet: the open conversation alone is shown/);
  ann.type('/open Crew');
  ann.type('nor this');
  ann.type('/open bob');
  ann.type('and this');
  await bob.sees(/ann: and this/);
  assert.doesNotMatch(bob.text, /nor this/);
  bob.type('/quiet');
  await bob.sees(/\* everything is shown again/);
  bob.type('/leave Crew');
  await bob.sees(/\* you have left Crew/);
  await ann.sees(/\* \(Crew\) bob left/);
  const folder = await mkdtemp(join(tmpdir(), 'berth-terminal-'));
  after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'tides.txt'), 'high at 14:20');
  ann.type(`/send ${join(folder, 'nothing.txt')}`);
  await ann.sees(/! There is no file/);
  ann.type(`/send ${join(folder, 'tides.txt')}`);
  await ann.sees(/tides\.txt █+ 100%/);
  const [, number] = await bob.sees(/ann: \[(\d+)\] tides\.txt \(13 B\)/);
  bob.type(`/save ${number} ${join(folder, 'saved.txt')}`);
  await bob.sees(/\* saved .*saved\.txt \(13 B\)/);
  assert.equal(await readFile(join(folder, 'saved.txt'), 'utf8'), 'high at 14:20');
  bob.type(`/save ${number} ${join(folder, 'saved.txt')}`);
  await bob.sees(/! .*saved\.txt is there already/);

  ann.type('/pin');
  await bob.sees(/ann pinned a message/);
  ann.type('/forward bob');
  await bob.sees(/ann: ↪ ann: .*tides\.txt/);
  bob.type('/poll Where to? | pier | quay');
  await ann.sees(/bob: 📊 Where to\? {2}1\. pier/);
  bob.type('/vote 2');
  await ann.sees(/\* poll: Where to\? {2}1\. pier \(0\) {2}2\. quay \(1\)/);
  ann.type('/open bob');
  ann.type('/thread bob: the quay, then');
  await bob.sees(/ann: \(in the thread of you: 📊 Where to\?[^)]*\) the quay, then/);
  bob.type('/thread');
  await bob.sees(/you: 📊 Where to\?.* \[1 reply\]\n {2}\d\d:\d\d ann: the quay, then/);
  bob.type('/bookmark ann');
  await bob.sees(/\* marked/);
  bob.type('/bookmarks');
  await bob.sees(/marked[\s\S]*\n {2}\d\d:\d\d ann: .*the quay, then/);
  bob.type('/bookmark ann');
  await bob.sees(/\* no longer marked/);
  const other = open(['--email', 'ann@example.org', '--device', 'other']);
  other.type('Harbour-light-9');
  await other.sees(/berthed on/);
  ann.type('/draft see you at');
  await ann.sees(/\* kept as a draft/);
  await other.sees(/✐ bob: see you at {2}\(\/draft\)/);
  other.type('/open bob');
  await other.sees(/\n✐ see you at {2}\(\/draft\)/);
  other.type('/drafts');
  await other.sees(/\n {2}bob: see you at\n/);
  other.type('see you at');
  await bob.sees(/ann: see you at\n/);
  await eventually('the draft is gone on both', async () => {
    ann.type('/draft');
    return /there is no draft here/.test(ann.text);
  });
  other.type('/quit');
  assert.equal(await other.exited, 0);
  ann.type('/later 60 good night');
  await ann.sees(/it is sent at \d\d:\d\d/);
  ann.type('/scheduled');
  await ann.sees(/1 {2}\S+ \S+ {2}bob: good night/);
  ann.type('/scheduled cancel 1');
  ann.type('/scheduled');
  await ann.sees(/nothing is to be sent later/);

  ann.type('/help');
  await ann.sees(/\n {2}TEXT {2,}\S/);
  const handlers = await readdir(join(import.meta.dirname, '../../apps/cli/src/handlers'));
  for (const command of ['quit', ...handlers.map((file) => file.replace('.ts', ''))])
    assert.match(ann.text, new RegExp(`\\n {2}/${command}\\b.* {2,}\\S`), `/help tells of /${command}`);
  assert.doesNotMatch(ann.text + bob.text, /user \d|conversation \d|\bid \d/, 'names, and no numbers');
  ann.type('/nonsense');
  await ann.sees(/! There is no \/nonsense/);
  ann.type('/friends');
  await ann.sees(/● bob/);
  ann.type('/quit');
  assert.equal(await ann.exited, 0);
  bob.type('/history 5');
  bob.end();
  assert.equal(await bob.exited, 0);
});

test('what is written before the lines end is sent, and is there at the next log-in', async () => {
  const terminal = open(['--email', 'ann@example.org']);
  for (const line of ['Harbour-light-9', '/open bob', 'a last word']) terminal.type(line);
  terminal.end();
  assert.equal(await terminal.exited, 0);
  const again = open(['--email', 'bob@example.org']);
  again.type('Harbour-light-9');
  again.type('/list');
  await again.sees(/ann {2}\d unread {2}a last word/);
  again.type('/open ann');
  await again.sees(/ann: a last word/);
});

test('a node that is lost is left for the other one', async () => {
  const terminal = open(['--email', 'ann@example.org']);
  terminal.type('Harbour-light-9');
  const [, lost] = await terminal.sees(/berthed on (chat-\d)/);
  await platform.service(lost!).kill();
  await terminal.sees(/offline/);
  await terminal.sees(new RegExp(`moved from ${lost} to chat-\\d`));
  const service = platform.service(lost!);
  service.spawn();
  await service.ready();
});

test('a wrong password ends a pipe with one line', async () => {
  const terminal = open(['--email', 'ann@example.org']);
  terminal.type('not the password');
  assert.equal(await terminal.exited, 1);
  assert.match(terminal.text, /^berth: [^\n]+\n$/);
});
