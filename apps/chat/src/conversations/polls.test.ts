import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message, Profile } from '@berth/wire';
import fc from 'fast-check';
import { edit } from '../handlers/edit.ts';
import { groupLeave } from '../handlers/group-leave.ts';
import { groupMute } from '../handlers/group-mute.ts';
import { groupSettings } from '../handlers/group-settings.ts';
import { pollClose } from '../handlers/poll-close.ts';
import { recall } from '../handlers/recall.ts';
import { send } from '../handlers/send.ts';
import { sync } from '../handlers/sync.ts';
import { vote } from '../handlers/vote.ts';
import { votes } from '../handlers/votes.ts';
import { createPeople, createStoredNode } from '../stores.fixture.ts';
import { useCrews } from './crew.fixture.ts';

const { mysql, nodeAt, cid, crew, say, seen, rejected } = useCrews();

const options = ['pier', 'quay', 'buoy'];
const ask = (who: Profile, conversation: number, more: object = {}, name = cid()) =>
  nodeAt(0).ask(send, 'send', who, {
    ...{ conversation, cid: name, text: '' },
    poll: { question: 'Where?', options, ...more },
  });
const choose = (who: Profile, conversation: number, target: number, chosen: number[], at = 0, name = cid()) =>
  nodeAt(at).ask(vote, 'vote', who, { conversation, cid: name, target, options: chosen });
const close = (who: Profile, conversation: number, target: number) =>
  nodeAt(0).ask(pollClose, 'pollClose', who, { conversation, cid: cid(), target });
const list = (who: Profile, conversation: number, target: number) =>
  nodeAt(1).ask(votes, 'votes', who, { conversation, target });

test('a poll is asked, voted on, thought better of and closed by who asked', async () => {
  const { people, group } = await crew(3);
  const [ann, bob, cat] = people as [Profile, Profile, Profile];
  const name = cid();
  const asked = await ask(bob, group, {}, name);
  const poll = {
    ...{ question: 'Where?', options, many: false, anonymous: false },
    ...{ counts: [0, 0, 0], voters: 0 },
  };
  assert.deepEqual(asked.poll, poll);
  assert.deepEqual(await ask(bob, group, {}, name), asked);
  const pushed = nodeAt(0).publisher.messages(group).at(-1)!;
  const at = async () => (await seen(cat, group)).find(({ seq }) => seq === asked.seq)!;
  assert.deepEqual(await at(), pushed);
  assert.equal(pushed.text, '📊 Where?\n▫ pier\n▫ quay\n▫ buoy');
  const first = await choose(ann, group, asked.seq, [0]);
  assert.deepEqual([first.counts, first.voters], [[1, 0, 0], 1]);
  assert.deepEqual(nodeAt(0).publisher.pushed.at(-1)!.body, {
    ...{ conversation: group, target: asked.seq, options: [0] },
  });
  await choose(cat, group, asked.seq, [1]);
  const other = await choose(ann, group, asked.seq, [1]);
  assert.deepEqual([other.counts, other.voters], [[0, 2, 0], 2]);
  const same = await choose(ann, group, asked.seq, [1]);
  assert.deepEqual([same.seq, same.counts], [0, [0, 2, 0]]);
  const told = await list(cat, group, asked.seq);
  assert.deepEqual(
    [told.mine, told.votes.map(({ option, user }) => [option, user.id])],
    [
      [1],
      [
        [1, ann.id],
        [1, cat.id],
      ],
    ],
  );
  assert.deepEqual((await choose(ann, group, asked.seq, [])).counts, [0, 1, 0]);
  await rejected(close(ann, group, asked.seq), 'forbidden');
  await close(bob, group, asked.seq);
  assert.equal((await close(bob, group, asked.seq)).seq, 0);
  await rejected(choose(ann, group, asked.seq, [2]), 'too_late');
  assert.deepEqual((await at()).poll, { ...poll, counts: [0, 1, 0], voters: 1, closed: true });
  const old = createStoredNode(mysql.url);
  const { messages } = await old.ask(sync, 'sync', ann, { conversation: group });
  await old.close();
  assert.equal(messages.at(-1)!.text, '📊 Where?\n▫ pier\n▫ quay (1)\n▫ buoy');
  await nodeAt(0).ask(recall, 'recall', bob, { conversation: group, cid: cid(), target: asked.seq });
  assert.deepEqual([(await at()).text, (await at()).poll], ['', undefined]);
  await rejected(list(ann, group, asked.seq), 'not_found');
  assert.deepEqual(await mysql.db.rows('SELECT * FROM poll_votes WHERE conversation_id = ?', [group]), []);
});

test('of an anonymous poll nobody is told who chose what, from entries neither', async () => {
  const { people, group } = await crew(3);
  const [ann, bob, cat] = people as [Profile, Profile, Profile];
  const { seq } = await ask(ann, group, { anonymous: true, many: true });
  await choose(bob, group, seq, [0, 2]);
  const { counts, voters } = await choose(cat, group, seq, [2]);
  assert.deepEqual([counts, voters], [[1, 0, 2], 2]);
  assert.deepEqual(await list(bob, group, seq), { mine: [0, 2], votes: [] });
  const entries = (await seen(ann, group)).filter(({ kind }) => kind === 'polled');
  assert.deepEqual(
    entries.map(({ sender, cid: name }) => [sender, name]),
    [
      [ann.id, ''],
      [ann.id, ''],
    ],
  );
});

test('those who vote in an anonymous poll may call their votes the same, and as its maker calls other things', async () => {
  const { people, group } = await crew(3);
  const [ann, bob, cat] = people as [Profile, Profile, Profile];
  const { seq } = await ask(ann, group, { anonymous: true });
  const target = await say(ann, group, 'see above');
  await nodeAt(0).ask(edit, 'edit', ann, { conversation: group, cid: '1', target, text: 'see below' });
  await choose(bob, group, seq, [0], 0, '1');
  await choose(cat, group, seq, [1], 1, '1');
  const { counts, voters } = await choose(bob, group, seq, [1], 1, '2');
  assert.deepEqual([counts, voters], [[0, 2, 0], 2]);
  // What one of them has called so stays what it was.
  assert.deepEqual((await choose(bob, group, seq, [0], 1, '1')).counts, [1, 0, 0]);
  assert.deepEqual((await seen(ann, group)).find((message) => message.seq === seq)!.poll!.counts, counts);
  const own = await choose(ann, group, seq, [2], 0, '2');
  assert.deepEqual(own.counts, [0, 2, 1]);
  assert.equal((await choose(ann, group, seq, [2], 1, '2')).seq, own.seq);
});

test('where only admins write, members vote', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  await nodeAt(0).ask(groupSettings, 'groupSettings', ann, { conversation: group, announcements: true });
  const { seq } = await ask(ann, group);
  assert.deepEqual((await choose(bob, group, seq, [1], 1)).counts, [0, 1, 0]);
  await rejected(ask(bob, group), 'admins_only');
});

test('what may not be asked or chosen has one clear code each', async () => {
  const { people, group } = await crew(3);
  const [ann, bob, cat] = people as [Profile, Profile, Profile];
  const [eve] = (await createPeople(mysql.db, 1)) as [Profile];
  const bad = [
    { options: ['quay', ' quay '] },
    { options: ['quay', 'Quay'] },
    { options: ['old  quay', 'old quay'] },
    { options: ['caf\u00e9', 'cafe\u0301'] },
    { options: ['quay', '\uff51uay'] },
    { options: ['quay', 'qu\u200bay'] },
    { options: ['❤', '❤\ufe0f'] },
    { options: ['quay'] },
    { options: Array.from({ length: 13 }, (_, index) => `${index}`) },
    { options: ['quay', ''] },
    { options: ['quay', 'x'.repeat(101)] },
    { question: ' ' },
    { question: 'x'.repeat(301) },
  ];
  for (const wish of bad) assert.throws(() => ask(ann, group, wish), JSON.stringify(wish).slice(0, 60));
  await rejected(ask(eve, group), 'not_member');
  const { seq } = await ask(ann, group);
  await rejected(choose(eve, group, seq, [0]), 'not_member');
  await rejected(choose(bob, group, seq, [3]), 'bad_request');
  await rejected(choose(bob, group, seq, [0, 1]), 'bad_request');
  await rejected(choose(bob, group, await say(ann, group, 'no poll'), [0]), 'not_found');
  await rejected(
    nodeAt(0).ask(edit, 'edit', ann, { conversation: group, cid: cid(), target: seq, text: 'x' }),
    'forbidden',
  );
  await nodeAt(0).ask(groupMute, 'groupMute', ann, { conversation: group, user: bob.id, forMs: 60_000 });
  await rejected(choose(bob, group, seq, [0]), 'muted');
  await nodeAt(0).ask(groupLeave, 'groupLeave', cat, { conversation: group });
  await rejected(choose(cat, group, seq, [0]), 'not_member');
  assert.deepEqual((await list(cat, group, seq)).mine, []);
  await rejected(list(eve, group, seq), 'not_member');
});

test('votes in any order, from three nodes, fold to the counts that are stored', async () => {
  const { people, group } = await crew(4);
  const plan = fc.array(
    fc.record({
      who: fc.nat(people.length - 1),
      at: fc.nat(2),
      chosen: fc.uniqueArray(fc.nat(options.length - 1), { maxLength: options.length }),
    }),
    { minLength: 1, maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(plan, fc.boolean(), async (steps, anonymous) => {
      const { seq } = await ask(people[0]!, group, { many: true, anonymous });
      await Promise.all(steps.map(({ who, at, chosen }) => choose(people[who]!, group, seq, chosen, at)));
      const told = await nodeAt(1).ask(sync, 'sync', people[1]!, {
        ...{ conversation: group, after: seq - 1, limit: 200 },
      });
      const [message, ...entries] = told.messages as [Message, ...Message[]];
      const folded = entries.findLast(({ kind, target }) => kind === 'polled' && target === seq);
      assert.deepEqual(folded?.counts ?? [0, 0, 0], message.poll!.counts);
      assert.equal(folded?.voters ?? 0, message.poll!.voters);
      const rows = await mysql.db.rows<{ choice: number; n: number }>(
        `SELECT choice, COUNT(*) AS n FROM poll_votes WHERE conversation_id = ? AND target_seq = ? GROUP BY choice`,
        [group, seq],
      );
      const stored = options.map((_, index) => rows.find(({ choice }) => choice === index)?.n ?? 0);
      assert.deepEqual(message.poll!.counts, stored);
    }),
    { numRuns: 8 },
  );
});
