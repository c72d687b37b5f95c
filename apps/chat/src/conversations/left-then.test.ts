import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Profile } from '@berth/wire';
import fc from 'fast-check';
import { edit } from '../handlers/edit.ts';
import { groupLeave } from '../handlers/group-leave.ts';
import { groupRole } from '../handlers/group-role.ts';
import { pin } from '../handlers/pin.ts';
import { pins } from '../handlers/pins.ts';
import { pollClose } from '../handlers/poll-close.ts';
import { react } from '../handlers/react.ts';
import { reactions } from '../handlers/reactions.ts';
import { send } from '../handlers/send.ts';
import { versions } from '../handlers/versions.ts';
import { vote } from '../handlers/vote.ts';
import { votes } from '../handlers/votes.ts';
import { useCrews } from './crew.fixture.ts';

const { nodeAt, cid, crew, say, seen } = useCrews();

const options = ['pier', 'quay', 'buoy'];
const step = fc.record({
  node: fc.nat(2),
  who: fc.nat(1),
  /** The last one is a poll. */
  target: fc.nat(2),
  act: fc.constantFrom('edit' as const, 'react' as const, 'pin' as const, 'vote' as const, 'close' as const),
  on: fc.boolean(),
  emoji: fc.constantFrom('👍', '🎉'),
  chosen: fc.uniqueArray(fc.nat(2), { maxLength: 3 }),
});
const steps = fc.array(step, { maxLength: 12 });

test('whatever was done before somebody left and is done after, to them it stays as it was', async () => {
  await fc.assert(
    fc.asyncProperty(steps, steps, async (before, after) => {
      const { people, group } = await crew(3);
      const [ann, bob, former] = people as [Profile, Profile, Profile];
      const { ask } = nodeAt(0);
      await ask(groupRole, 'groupRole', ann, { conversation: group, user: bob.id, role: 'admin' });
      const targets = [await say(ann, group, 'one'), await say(bob, group, 'two')];
      const poll = { question: 'Where?', options, many: true };
      const asked = { conversation: group, cid: cid(), text: '', poll };
      targets.push((await ask(send, 'send', ann, asked)).seq);
      const perform = async ({ node, who, target, act, on, emoji, chosen }: (typeof before)[number]) => {
        const [by, author] = [[ann, bob][who]!, [ann, bob, ann][target]!];
        const at = { conversation: group, target: targets[target]!, cid: cid() };
        const where = nodeAt(node);
        if (act === 'edit') await where.ask(edit, 'edit', author, { ...at, text: at.cid });
        else if (act === 'react') await where.ask(react, 'react', by, { ...at, emoji, on });
        else if (act === 'pin') await where.ask(pin, 'pin', by, { ...at, on });
        else if (act === 'vote')
          await where.ask(vote, 'vote', by, { ...at, target: targets[2]!, options: chosen });
        else await where.ask(pollClose, 'pollClose', ann, { ...at, target: targets[2]! });
      };
      const expected = ['forbidden', 'too_late'];
      const performAll = async (all: typeof before) => {
        for (const one of all)
          await perform(one).catch((error) => assert.ok(expected.includes(error.code), error));
      };
      const view = async (who: Profile) => ({
        page: await seen(who, group),
        pins: (await nodeAt(1).ask(pins, 'pins', who, { conversation: group })).messages,
        of: await Promise.all(
          targets.map(async (target) => {
            const at = { conversation: group, target };
            const { versions: said } = await nodeAt(2).ask(versions, 'versions', who, at);
            const { reactions: given } = await nodeAt(2).ask(reactions, 'reactions', who, at);
            return [said, given];
          }),
        ),
        votes: (await nodeAt(1).ask(votes, 'votes', who, { conversation: group, target: targets[2]! })).votes,
      });
      await performAll(before);
      await ask(groupLeave, 'groupLeave', former, { conversation: group });
      const then = await view(former);
      const { page, ...rest } = await view(ann);
      assert.deepEqual({ ...rest, page }, then, 'the one who has just left sees what all see');
      await performAll(after);
      assert.deepEqual(await view(former), then);
    }),
    { numRuns: 12, endOnFailure: true },
  );
});
