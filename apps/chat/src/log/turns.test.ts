import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { useMysql } from '@berth/fixtures';
import { createGroups, createWritingNode, storedRows, type WritingNode } from './message-writer.fixture.ts';
import { SteppedMysql } from './stepped-mysql.fixture.ts';

const mysql = useMysql();
const nodes: WritingNode[] = [];

after(async () => {
  for (const node of nodes) await node.close();
});

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const seqsOf = (rows: { seq: number }[]) => rows.map(({ seq }) => seq);
const isLock = (sql: string) => sql.startsWith('SELECT id FROM conversations') && sql.includes('FOR UPDATE');

/** A node whose next lock can be held up, as one is that others have; it says how many transactions it committed. */
function createHeldNode() {
  let held: { reached: () => void; release: Promise<void> } | undefined;
  const counts = { commits: 0 };
  const take = async (sql: string) => {
    if (sql === 'COMMIT') counts.commits++;
    if (held === undefined || !isLock(sql)) return;
    const { reached, release } = held;
    held = undefined;
    reached();
    await release;
  };
  const node = createWritingNode({
    ...{ url: mysql.url, writers: 2, attemptTimeoutMs: 60_000, deadlineMs: 60_000 },
    open: (options) => new SteppedMysql(options, { take }),
  });
  nodes.push(node);
  const holdNext = () => {
    const reached = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    held = { reached: reached.resolve, release: release.promise };
    return { reached: reached.promise, release: release.resolve };
  };
  return { node, counts, holdNext };
}

/** From here on the group is written in turns for a while, as after a conflict. */
async function contend(node: WritingNode, group: number): Promise<void> {
  const rival = createWritingNode({ url: mysql.url });
  await node.send(group, 1, 'before');
  await rival.send(group, 2, 'unheard');
  await node.send(group, 1, 'in turn');
  await rival.close();
}

/** A message that waits for the lock of its group until it is let go. */
async function sendHeld({ node, holdNext }: ReturnType<typeof createHeldNode>, group: number) {
  for (;;) {
    await contend(node, group);
    const { reached, release } = holdNext();
    const first = node.send(group, 1, 'first');
    // On a machine that is very busy the turns are over by now, and it needs no lock.
    const isHeld = await Promise.race([reached.then(() => true), first.then(() => false)]);
    if (isHeld) return { first, release };
  }
}

/** Until everything that was sent has come from the lanes of those who need no turn. */
async function arrived(): Promise<void> {
  for (let round = 0; round < 5; round++) await turn();
}

test('what comes while a conversation’s lock is waited for goes along in the same transaction, and in order', async () => {
  const held = createHeldNode();
  const { node, counts } = held;
  const [hot, other] = (await createGroups(mysql.db, 2, 2)) as [number, number];
  await contend(node, other);
  const { first, release } = await sendHeld(held, hot);
  const later = upTo(40).map((number) => node.send(hot, 1, `later ${number}`));
  const beside = upTo(3).map((number) => node.send(other, 1, `beside ${number}`));
  await arrived();
  counts.commits = 0;
  release();
  const receipts = await Promise.all([first, ...later]);
  assert.equal(counts.commits, 1);
  const from = receipts[0]!.seq;
  assert.deepEqual(
    seqsOf(receipts),
    receipts.map((_, index) => from + index),
  );
  // Those of a conversation that was not locked have the next turn.
  assert.deepEqual(seqsOf(await Promise.all(beside)), [4, 5, 6]);
  assert.deepEqual(seqsOf(await storedRows(mysql.db, hot)), upTo(from + 40));
  const runs = node.runs.filter(({ conversation }) => conversation === hot);
  assert.equal(runs.at(-1)!.entries.length, 41);
});

test('more than a batch holds waits for the next turn, and in order', async () => {
  const held = createHeldNode();
  const [hot] = (await createGroups(mysql.db, 1, 2)) as [number];
  const { first, release } = await sendHeld(held, hot);
  const later = upTo(1_200).map((number) => held.node.send(hot, 1, `later ${number}`));
  await arrived();
  release();
  const receipts = await Promise.all([first, ...later]);
  assert.deepEqual(
    seqsOf(receipts),
    receipts.map((_, index) => receipts[0]!.seq + index),
  );
});

test('four nodes that write to one conversation at once have a like share of it', async () => {
  const four = upTo(4).map(() => createWritingNode({ url: mysql.url, writers: 2, deadlineMs: 60_000 }));
  nodes.push(...four);
  const [group] = (await createGroups(mysql.db, 1, 4)) as [number];
  const most = 6_000;
  const shares = four.map(() => 0);
  let total = 0;
  const senders = four.flatMap((node, index) =>
    upTo(40).map(async () => {
      while (total < most) {
        await node.send(group, index + 1, 'hot');
        shares[index]!++;
        total++;
      }
    }),
  );
  await Promise.all(senders);
  assert.deepEqual(seqsOf(await storedRows(mysql.db, group)), upTo(total));
  for (const share of shares) assert.ok(share > total / 4 / 4, `${shares.join(', ')}`);
});
