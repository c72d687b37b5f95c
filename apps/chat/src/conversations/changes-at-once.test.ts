import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TcpProxy } from '@berth/fixtures';
import type { Profile } from '@berth/wire';
import { edit } from '../handlers/edit.ts';
import { groupMute } from '../handlers/group-mute.ts';
import { pin } from '../handlers/pin.ts';
import { pollClose } from '../handlers/poll-close.ts';
import { react } from '../handlers/react.ts';
import { reactions } from '../handlers/reactions.ts';
import { recall } from '../handlers/recall.ts';
import { send } from '../handlers/send.ts';
import { versions } from '../handlers/versions.ts';
import { vote } from '../handlers/vote.ts';
import { createStoredNode } from '../stores.fixture.ts';
import { useCrews } from './crew.fixture.ts';

const { mysql, nodeAt, open, cid, crew, say, seen } = useCrews();
const unlimited = { sends: { perSecond: 1e6, burst: 1e6 } };
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

test('what is pinned in the same moment in which a pinned message is taken back is counted without that', async () => {
  const { people, group } = await crew(1);
  const [ann] = people as [Profile];
  const { ask } = nodeAt(0);
  const [one, other] = [await say(ann, group, 'one'), await say(ann, group, 'other')];
  const at = (target: number) => ({ conversation: group, cid: cid(), target });
  for (const [taken, pinned, first] of [
    [one, other, 'recall'],
    [other, await say(ann, group, 'third'), 'pin'],
  ] as const) {
    await ask(pin, 'pin', ann, { ...at(taken), on: true });
    const acts = [
      () => ask(recall, 'recall', ann, at(taken)),
      () => ask(pin, 'pin', ann, { ...at(pinned), on: true }),
    ];
    await Promise.all((first === 'recall' ? acts : acts.toReversed()).map((act) => act()));
    const entries = (await seen(ann, group)).filter(({ kind }) => kind === 'pinned' || kind === 'recalled');
    const standing = new Set<number>();
    for (const { kind, target, on, count } of entries) {
      if (kind === 'pinned' && on) standing.add(target!);
      else standing.delete(target!);
      if (kind === 'pinned') assert.equal(count, standing.size, first);
    }
  }
});

test('edits of long messages are stored however many are made at once', async () => {
  const node = open(unlimited, { entries: true, changes: true });
  const groups = await Promise.all(upTo(16).map(() => crew(1)));
  // Each character is one that takes six bytes on its way to the server, before and after.
  const text = "'".repeat(15_000);
  for (const { people, group } of groups)
    await mysql.db.run(
      `INSERT INTO messages (conversation_id, seq, sender_id, cid, sent_at, text)
       VALUES ${upTo(32)
         .map(() => '(?, ?, ?, ?, ?, ?)')
         .join(',')}`,
      upTo(32).flatMap((index) => [group, index + 1, people[0]!.id, `long${index}`, Date.now(), text]),
    );
  await Promise.all(
    groups.flatMap(({ people, group }) =>
      upTo(32).map((index) =>
        node.ask(edit, 'edit', people[0]!, {
          ...{ conversation: group, cid: cid(), target: index + 1, text: `${text}!` },
        }),
      ),
    ),
  );
  for (const { people, group } of [groups[0]!, groups.at(-1)!]) {
    const [told] = await seen(people[0]!, group);
    assert.equal(told!.text, `${text}!`);
    const said = await nodeAt(1).ask(versions, 'versions', people[0]!, { conversation: group, target: 32 });
    assert.deepEqual(
      said.versions.map((version) => version.text),
      [text],
    );
  }
});

test('when hundreds react to one message at once, and some think better of it, it says what each of them did', async () => {
  const node = open(unlimited, { entries: true, changes: true });
  const { people, group } = await crew(300);
  const target = await say(people[0]!, group, 'ayes?');
  const give = (who: Profile, emoji: string, on: boolean) =>
    node.ask(react, 'react', who, { conversation: group, cid: cid(), target, emoji, on });
  const acts: Promise<unknown>[] = [];
  for (const [index, who] of people.entries()) {
    acts.push(give(who, index % 2 === 0 ? '👍' : '🎉', true));
    if (index % 3 === 0) acts.push(give(who, index % 2 === 0 ? '👍' : '🎉', false));
  }
  await Promise.all(acts);
  const left = (even: boolean) =>
    people.filter((_, index) => index % 3 !== 0 && (index % 2 === 0) === even).map(({ id }) => id);
  const { reactions: told } = (await seen(people[0]!, group)).find(({ seq }) => seq === target)!;
  assert.deepEqual(
    told!.map(({ emoji, count, users }) => [emoji, count, users.length]).sort(),
    [
      ['🎉', left(false).length, 8],
      ['👍', left(true).length, 8],
    ].sort(),
  );
  const listed: Record<string, number[]> = { '👍': [], '🎉': [] };
  for (let cursor: string | undefined; ; ) {
    const page = await nodeAt(1).ask(reactions, 'reactions', people[0]!, {
      ...{ conversation: group, target, limit: 100 },
      ...(cursor && { cursor }),
    });
    for (const { emoji, user } of page.reactions) listed[emoji]!.push(user.id);
    cursor = page.cursor;
    if (cursor === undefined) break;
  }
  const sorted = (ids: readonly number[]) => ids.toSorted((a, b) => a - b);
  assert.deepEqual([sorted(listed['👍']!), sorted(listed['🎉']!)], [sorted(left(true)), sorted(left(false))]);
});

test('a poll that is closed while people vote counts whoever came before, and nobody after', async () => {
  const { people, group } = await crew(12);
  const poll = { question: 'Where?', options: ['pier', 'quay'], many: false };
  const asked = { conversation: group, cid: cid(), text: '', poll };
  const { seq: target } = await nodeAt(0).ask(send, 'send', people[0]!, asked);
  const at = () => ({ conversation: group, cid: cid(), target });
  const votes = people.map(async (who, index) => {
    if (index === 6) await nodeAt(1).ask(pollClose, 'pollClose', people[0]!, at());
    return nodeAt(index % 2).ask(vote, 'vote', who, { ...at(), options: [index % 2] });
  });
  const settled = await Promise.allSettled(votes);
  for (const one of settled) if (one.status === 'rejected') assert.equal(one.reason.code, 'too_late');
  const all = await seen(people[0]!, group);
  const entries = all.filter(({ kind }) => kind === 'polled');
  assert.equal(entries.at(-1)!.closed, true);
  const counted = settled.filter(({ status }) => status === 'fulfilled').length;
  const { poll: now } = all.find(({ seq }) => seq === target)!;
  assert.deepEqual([now!.voters, now!.closed, entries.length], [counted, true, counted + 1]);
});

test('a batch whose commit was not answered is found by whoever says it again, and nobody who was refused meanwhile is heard', async () => {
  const server = new URL(mysql.url);
  const proxy = await new TcpProxy({ host: server.hostname, port: Number(server.port) }).start();
  server.port = String(proxy.port);
  const node = createStoredNode(server.href, unlimited, { entries: true, changes: true });
  try {
    const { people, group } = await crew(3);
    const [ann, bob] = people as [Profile, Profile];
    const targets: number[] = [];
    for (const text of ['one', 'two', 'three']) targets.push(await say(ann, group, text));
    const at = (index: number) => ({ conversation: group, target: targets[index]! });
    // What is remembered of it is of use for the next one.
    await node.ask(edit, 'edit', ann, { ...at(0), cid: cid(), text: 'first' });
    await node.ask(react, 'react', bob, { ...at(0), cid: cid(), emoji: '🎉', on: true });
    const names = [cid(), cid(), cid()] as const;
    const say3 = () =>
      Promise.allSettled([
        node.ask(edit, 'edit', ann, { ...at(0), cid: names[0], text: 'ONE' }),
        node.ask(react, 'react', bob, { ...at(1), cid: names[1], emoji: '👍', on: true }),
        node.ask(recall, 'recall', ann, { ...at(2), cid: names[2] }),
      ]);
    const lost = proxy.next('COMMIT', 'answer-lost');
    const first = await say3();
    await lost;
    for (const one of first) assert.equal(one.status, 'rejected');
    await nodeAt(1).ask(groupMute, 'groupMute', ann, { conversation: group, user: bob.id, forMs: 60_000 });
    const again = await say3();
    const seqs = again.map((one) => (one as PromiseFulfilledResult<{ seq: number }>).value.seq);
    assert.deepEqual(seqs.toSorted(), [6, 7, 8], 'as they were stored, also of one who may write no more');
    const late = node.ask(react, 'react', bob, { ...at(0), cid: cid(), emoji: '👍', on: true });
    await assert.rejects(late, { code: 'muted' });
    const all = await seen(ann, group);
    assert.deepEqual(
      all.slice(0, 3).map(({ text, recalledBy, reactions: given }) => [text, recalledBy, given?.[0]?.count]),
      [
        ['ONE', undefined, 1],
        ['two', undefined, 1],
        ['', ann.id, undefined],
      ],
    );
    assert.deepEqual(
      all.map(({ seq }) => seq),
      upTo(9).map((index) => index + 1),
    );
  } finally {
    await node.close();
    await proxy.close();
  }
});
