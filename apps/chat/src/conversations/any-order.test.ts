import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@berth/wire';
import fc from 'fast-check';
import { edit } from '../handlers/edit.ts';
import { groupRole } from '../handlers/group-role.ts';
import { pin } from '../handlers/pin.ts';
import { pollClose } from '../handlers/poll-close.ts';
import { react } from '../handlers/react.ts';
import { recall } from '../handlers/recall.ts';
import { send } from '../handlers/send.ts';
import { vote } from '../handlers/vote.ts';
import { useCrews } from './crew.fixture.ts';

const { mysql, nodeAt, cid, crew, say, seen } = useCrews();

const emojis = ['👍', '🎉'];
const options = ['pier', 'quay', 'buoy'];
/** What may rightly come of it, since others did something meanwhile. */
const expected = ['recalled', 'too_late', 'forbidden', 'limit_reached'];

/** What everybody sees of a message. */
interface View {
  text: string;
  recalled: boolean;
  reactions: Record<string, number>;
  pinned: boolean;
  votes: number[];
  voters: number;
  closed: boolean;
}

const viewOf = ({ text, recalledBy, reactions = [], pinned, poll }: Message): View => ({
  ...{ text, recalled: recalledBy !== undefined, pinned: pinned !== undefined },
  reactions: Object.fromEntries(reactions.map(({ emoji, count }) => [emoji, count])),
  ...{ votes: poll?.counts ?? [], voters: poll?.voters ?? 0, closed: poll?.closed ?? false },
});

/** As `viewOf` of what was said first, changed by one entry after the other. */
function folded(first: View, entries: readonly Message[]): View {
  const view = structuredClone(first);
  for (const { kind, text, emoji, count, on, counts, voters, closed } of entries) {
    if (view.recalled) continue;
    if (kind === 'edited') view.text = text || view.text;
    else if (kind === 'pinned') view.pinned = on!;
    else if (kind === 'polled')
      Object.assign(view, { votes: counts, voters, closed: view.closed || closed === true });
    else if (kind === 'reacted') {
      view.reactions[emoji!] = count!;
      if (count === 0) delete view.reactions[emoji!];
    } else
      Object.assign(view, {
        ...{ text: '', recalled: true, reactions: {}, pinned: false },
        ...{ votes: [], voters: 0, closed: false },
      });
  }
  return view;
}

const step = fc.record({
  node: fc.nat(2),
  who: fc.nat(2),
  /** The last one is a poll. */
  target: fc.nat(3),
  act: fc.oneof(
    { weight: 3, arbitrary: fc.constant('edit' as const) },
    { weight: 1, arbitrary: fc.constant('recall' as const) },
    { weight: 4, arbitrary: fc.constantFrom('react' as const, 'pin' as const) },
    { weight: 4, arbitrary: fc.constant('vote' as const) },
    { weight: 1, arbitrary: fc.constant('close' as const) },
  ),
  on: fc.boolean(),
  emoji: fc.nat(1),
  chosen: fc.uniqueArray(fc.nat(2), { maxLength: 3 }),
  /** Says it once more on another node, as after a lost answer. */
  again: fc.option(fc.nat(2), { freq: 3, nil: undefined }),
});

test('whatever is done to messages, from three nodes at once and again, folds to one state: told live, read later, and in every table', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { maxLength: 10 }), { minLength: 1, maxLength: 3 }),
      async (rounds) => {
        const { people, group } = await crew(3);
        await nodeAt(0).ask(groupRole, 'groupRole', people[0]!, {
          ...{ conversation: group, user: people[1]!.id, role: 'admin' },
        });
        const targets: number[] = [];
        for (const who of people) targets.push(await say(who, group, 'first'));
        const poll = { question: 'Where?', options, many: true };
        const asked = { conversation: group, cid: cid(), text: '', poll };
        targets.push((await nodeAt(0).ask(send, 'send', people[0]!, asked)).seq);
        const firsts = new Map(
          (await seen(people[0]!, group)).map((message) => [message.seq, viewOf(message)]),
        );
        for (const steps of rounds)
          await Promise.all(
            steps.map(async ({ node, who, target, act, on, emoji, chosen, again }, index) => {
              const by = people[who]!;
              const author = people[target === 3 ? 0 : target]!;
              const at = { conversation: group, target: targets[target]!, cid: cid() };
              const perform = (where: number): Promise<unknown> => {
                const { ask } = nodeAt(where);
                if (act === 'edit') return ask(edit, 'edit', author, { ...at, text: `text ${index}` });
                if (act === 'recall') return ask(recall, 'recall', author, at);
                if (act === 'react') return ask(react, 'react', by, { ...at, emoji: emojis[emoji]!, on });
                if (act === 'pin') return ask(pin, 'pin', by, { ...at, on });
                const poll = { ...at, target: targets[3]! };
                if (act === 'vote') return ask(vote, 'vote', by, { ...poll, options: chosen });
                return ask(pollClose, 'pollClose', people[0]!, poll);
              };
              const settled = (done: Promise<unknown>) =>
                done.catch((error) => assert.ok(expected.includes(error.code), `${act}: ${error.code}`));
              await settled(perform(node));
              if (again !== undefined) await settled(perform(again));
            }),
          );

        const live = new Map(
          [0, 1, 2]
            .flatMap((node) => nodeAt(node).publisher.messages(group))
            .map((entry) => [entry.seq, entry]),
        );
        const read = await seen(people[0]!, group, 2);
        assert.deepEqual(
          [...live.keys()].sort((a, b) => a - b),
          read.map(({ seq }) => seq),
        );
        for (const [entries, how] of [
          [[...live.values()].sort((a, b) => a.seq - b.seq), 'live'],
          [read, 'read'],
        ] as const)
          for (const target of targets) {
            const changes = entries.filter((entry) => entry.target === target);
            const now = read.find(({ seq }) => seq === target)!;
            assert.deepEqual(folded(firsts.get(target)!, changes), viewOf(now), how);
          }
        await tablesAgree(
          group,
          read.filter(({ seq }) => targets.includes(seq)),
        );
      },
    ),
    { numRuns: 15, endOnFailure: true },
  );
});

/** What is told with messages is what is kept of who did it. */
async function tablesAgree(group: number, messages: readonly Message[]): Promise<void> {
  const count = async (table: string, what: string) => {
    const rows = await mysql.db.rows<{ target_seq: number; n: number }>(
      `SELECT target_seq, COUNT(${what}) AS n FROM ${table} WHERE conversation_id = ? GROUP BY target_seq`,
      [group],
    );
    return new Map(rows.map(({ target_seq, n }) => [target_seq, n]));
  };
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const [reactions, votes, voters, pins] = [
    await count('reactions', '*'),
    await count('poll_votes', '*'),
    await count('poll_votes', 'DISTINCT user_id'),
    await count('pins', '*'),
  ];
  for (const message of messages) {
    const view = viewOf(message);
    const stored = [reactions, votes, voters, pins].map((found) => found.get(message.seq) ?? 0);
    const shown = [sum(Object.values(view.reactions)), sum(view.votes), view.voters, Number(view.pinned)];
    assert.deepEqual(stored, shown, JSON.stringify(message));
  }
}
