import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { encodeFrame, frameIds } from '@berth/wire';
import type { FrameRun } from '../../session/frame-run.ts';
import type { LiveSession } from '../../session/live-session.ts';
import { SessionIndex } from '../../session/session-index.ts';
import { LocalDelivery } from './local-delivery.ts';

type Told = ReturnType<typeof sessionOf>;

/** A session that remembers what it is pushed; `runs` are the pieces. */
function sessionOf(user: number) {
  const runs: Uint8Array[] = [];
  const frames: number[] = [];
  const session = {
    ...{ user, id: `${user}`, conversations: [] },
    push: (frame: Uint8Array) => void frames.push(frame[4]!),
    pushRun: (run: FrameRun) => {
      runs.push(run.bytes);
      for (const frame of run.frames) frames.push(frame[4]!);
    },
  };
  return { session: session as unknown as LiveSession, runs, frames };
}

const frameOf = (seq: number) => Uint8Array.of(frameIds.deliver >> 8, frameIds.deliver & 0xff, 0, 1, seq);

function deliveryTo(index: SessionIndex): LocalDelivery {
  const never = () => assert.fail('nothing is missing');
  return new LocalDelivery({
    ...{ index, onLost: never, onGap: never },
    isChanging: () => false,
    catchUp: async () => true,
    earlierOf: async () => new Map(),
  });
}

test('what a commit brought goes to every session in one piece, the very same, and to each no more than is for it', () => {
  const index = new SessionIndex();
  const [one, other, sender, late] = [1, 2, 3, 4].map(sessionOf) as [Told, Told, Told, Told];
  const membership = { conversation: 7, membersVersion: 0, head: 0, joinedSeq: 0 };
  for (const { session } of [one, other, sender]) index.enter(session, membership);
  index.enter(late.session, { ...membership, joinedSeq: 2 });
  const frames = [1, 2, 3, 4].map(frameOf);
  const origins = [undefined, sender.session, undefined, sender.session];
  deliveryTo(index).deliver({ conversation: 7, sentAt: 1, seq: 1, membersVersion: 0, frames, origins });
  assert.deepEqual(
    [one, other, sender, late].map((told) => told.frames),
    [
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [1, 3],
      [3, 4],
    ],
  );
  const many = Array.from({ length: 20 }, (_, at) => frameOf(5 + at));
  const mixed = many.map((_, at) => (at % 2 === 0 ? sender.session : undefined));
  const delivery = deliveryTo(index);
  delivery.deliver({ conversation: 7, sentAt: 1, seq: 5, membersVersion: 0, frames: many, origins: mixed });
  assert.equal(sender.runs[0], one.runs[1], 'from many it is not picked what is of others');
  const own = many.map(() => sender.session);
  const next = Array.from({ length: 20 }, (_, at) => frameOf(25 + at));
  delivery.deliver({ conversation: 7, sentAt: 1, seq: 25, membersVersion: 0, frames: next, origins: own });
  assert.equal(sender.frames.length, 2 + 20);
  assert.equal(one.runs.length, 3);
  assert.equal(one.runs[0], other.runs[0]);
  assert.equal(index.conversation(7)!.head, 44);
});

test('changes go in one piece, too, where somebody came later, but for those of messages from before', () => {
  const index = new SessionIndex();
  const told = { early: [] as number[][], late: [] as number[][] };
  const sessionFor = (user: number, pieces: number[][]) => {
    const seqsOf = (bytes: Uint8Array) =>
      [
        ...Buffer.from(bytes)
          .toString()
          .matchAll(/"seq":(\d+),"kind":"reacted"/g),
      ].map(([, seq]) => Number(seq));
    const push = (frame: Uint8Array) => void pieces.push(seqsOf(frame));
    const session = {
      user,
      id: `${user}`,
      conversations: [],
      push,
      pushRun: ({ bytes }: FrameRun) => push(bytes),
    };
    return session as unknown as LiveSession;
  };
  const membership = { conversation: 7, membersVersion: 0, head: 10, joinedSeq: 0 };
  index.enter(sessionFor(1, told.early), membership);
  index.enter(sessionFor(2, told.late), { ...membership, joinedSeq: 5 });
  index.conversation(7)!.keepEarlier(2, 5, []);
  const targets = [6, 7, 3, 8, 9, 6];
  const frames = targets.map((target, at) =>
    encodeFrame(frameIds.changed, { conversation: 7, seq: 11 + at, kind: 'reacted', target }),
  );
  deliveryTo(index).deliver({ conversation: 7, sentAt: 1, seq: 11, membersVersion: 0, frames });
  assert.deepEqual(told, {
    early: [[11, 12], [13], [14, 15, 16]],
    // Something in the place of what is not theirs to see.
    late: [[11, 12], [], [14, 15, 16]],
  });
});

test('frames that wait for their members are bounded over all conversations; what is beyond is repaired', async () => {
  const index = new SessionIndex();
  const pushed: Uint8Array[] = [];
  const session = { user: 1, conversations: [], pushRun: ({ bytes }: FrameRun) => pushed.push(bytes) };
  const lost = new Set<number>();
  const read = Promise.withResolvers<void>();
  const conversations = Array.from({ length: 10 }, (_, at) => at + 1);
  for (const conversation of conversations)
    index.enter(session as unknown as LiveSession, {
      conversation,
      membersVersion: 1,
      head: 0,
      joinedSeq: 0,
    });
  const local = new LocalDelivery({
    index,
    earlierOf: async () => new Map(),
    catchUp: async (conversation, version) => {
      await read.promise;
      index.conversation(conversation)!.version = version;
      return true;
    },
    isChanging: () => false,
    onLost: (conversation) => lost.add(conversation),
    onGap: () => {},
    maxWaitingBytes: 1_000,
  });
  for (let seq = 1; seq <= 3; seq++)
    for (const conversation of conversations)
      local.deliver({ conversation, sentAt: 1, seq, membersVersion: 2, frames: [new Uint8Array(100)] });
  assert.equal(local.waitingBytes, 1_000);
  assert.equal(lost.size, 10, 'each has lost some');
  read.resolve();
  await turn();
  assert.equal(pushed.length, 10);
  assert.equal(local.waitingBytes, 0);
});

test('what a repair has pushed is not pushed again when it comes by its own way', () => {
  const index = new SessionIndex();
  const { session, frames } = sessionOf(1);
  index.enter(session, {
    ...{ conversation: 1, membersVersion: 1, head: 0, joinedSeq: 0 },
  });
  const gaps: number[] = [];
  const local = new LocalDelivery({
    index,
    catchUp: async () => true,
    earlierOf: async () => new Map(),
    isChanging: () => false,
    onLost: () => {},
    onGap: (conversation) => gaps.push(conversation),
  });
  for (const seqs of [[1], [3], [3], [2], [1], [3, 4], [2, 3, 4, 5, 6]])
    local.deliver({
      conversation: 1,
      sentAt: 1,
      seq: seqs[0]!,
      membersVersion: 1,
      frames: seqs.map(frameOf),
    });
  assert.deepEqual(frames, [1, 3, 2, 4, 5, 6]);
  assert.deepEqual(gaps, [1]);
});
