import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '@berth/telemetry';
import type { LiveQueries, Members } from '../../conversations/live-queries.ts';
import type { LiveSession } from '../../session/live-session.ts';
import { SessionIndex } from '../../session/session-index.ts';
import { MembershipSync } from './membership-sync.ts';

test('changes of a conversation that come faster than they are read are read once, as it is then', async () => {
  const index = new SessionIndex();
  const session = { id: 'a', user: 1, conversations: [] as number[] } as unknown as LiveSession;
  index.add(session);
  const read = Promise.withResolvers<void>();
  let reads = 0;
  /** The members as they are when they are read. */
  let version = 0;
  const members = async (): Promise<Members> => {
    reads++;
    await read.promise;
    return { membersVersion: version, joinedSeqs: version % 2 === 1 ? new Map([[1, version]]) : new Map() };
  };
  const queries = {
    ...{ membersChanged: () => {}, membersOf: members, membersAmong: members },
    leftSeqs: async () => new Map(),
  };
  const memberships = new MembershipSync({
    index,
    queries: queries as unknown as LiveQueries,
    log: createLog('chat', 'silent'),
    onJoined: () => {},
  });
  const done: Promise<boolean>[] = [];
  for (version = 1; version < 1_001; version++)
    done.push(
      memberships.changed({
        conversation: 7,
        membersVersion: version,
        previousVersion: version - 1,
        users: [1],
      }),
    );
  version = 1_001;
  read.resolve();
  assert.ok((await Promise.all(done)).every(Boolean));
  assert.ok(reads <= 40, `${reads} reads`);
  assert.deepEqual(session.conversations, [7], 'the last change was the one that counts');
  assert.equal(index.conversation(7)!.version, 1_001);
  assert.equal(memberships.isChanging(7), false);
});

test('a message that is still under way when its receiver leaves is pushed all the same, and none twice', async () => {
  const index = new SessionIndex();
  const pushed: string[] = [];
  const session = {
    ...{ id: 'a', user: 1, conversations: [] as number[] },
    push: (frame: Uint8Array) => pushed.push(Buffer.from(frame).toString()),
  } as unknown as LiveSession;
  index.add(session);
  index.enter(session, { conversation: 7, membersVersion: 2, head: 5, joinedSeq: 2 });
  // The seventh came ahead of the sixth.
  index.conversation(7)!.passed(7);
  const queries = {
    membersChanged: () => {},
    membersAmong: async (): Promise<Members> => ({ membersVersion: 9, joinedSeqs: new Map() }),
    leftSeqs: async () => new Map([[1, 9]]),
    deliverFrames: async (_conversation: number, after: number, _limit: number, upTo: number) =>
      Array.from({ length: upTo - after }, (_, at) => {
        const seq = after + 1 + at;
        return { seq, frame: Buffer.from(`${seq}`) };
      }),
  };
  const memberships = new MembershipSync({
    index,
    queries: queries as unknown as LiveQueries,
    log: createLog('chat', 'silent'),
    onJoined: () => {},
  });
  const change = { conversation: 7, membersVersion: 9, previousVersion: 2, users: [1] };
  assert.ok(await memberships.changed(change));
  assert.deepEqual(pushed, ['6', '8'], 'the seventh went out, the ninth is told by who removed them');
  assert.deepEqual(session.conversations, []);
});
