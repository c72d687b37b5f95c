import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import { setBlocked } from '../conversations/direct-conversations.ts';
import { MysqlGroupStore } from '../conversations/mysql-group-store.ts';
import { lockDirect } from '../membership/conversation-rows.ts';
import {
  createDirect,
  createGroups,
  createWritingNode,
  storedRows,
  type WritingNode,
} from './message-writer.fixture.ts';
import { SteppedMysql } from './stepped-mysql.fixture.ts';

const mysql = useMysql();
const nodes: WritingNode[] = [];

after(async () => {
  for (const node of nodes) await node.close();
});

const places = ['first', 'middle', 'last'] as const;
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const seqsOf = (rows: { seq: number }[]) => rows.map(({ seq }) => seq);

function createNode(open?: ConstructorParameters<typeof SteppedMysql>[1]): WritingNode {
  const node = createWritingNode({
    ...{ url: mysql.url, writers: 1 },
    ...(open && { open: (options) => new SteppedMysql(options, open) }),
  });
  nodes.push(node);
  return node;
}

/** A node that says which messages it tried to insert, one list a statement; `before` comes between judging and inserting. */
function createTold(before: () => Promise<unknown> = async () => {}) {
  const inserts: number[] = [];
  const node = createNode({
    take: async (sql) => {
      if (!sql.startsWith('INSERT INTO messages')) return;
      inserts.push(sql.split('(?').length - 1);
      await before();
    },
  });
  return { node, inserts };
}

/** Three groups whose heads and members the node knows, and what it writes to them in one batch: three messages each. */
async function knownGroups(node: WritingNode): Promise<number[]> {
  const groups = await createGroups(mysql.db, 3, 3);
  await Promise.all(groups.map((group) => node.send(group, 1, 'before')));
  return groups;
}

const sendThreeEach = (node: WritingNode, groups: number[], cidOf: (group: number, row: number) => string) =>
  Promise.all(
    groups.flatMap((group) =>
      places.map((_, row) => node.send(group, 1, `text ${row}`, { cid: cidOf(group, row) })),
    ),
  );

for (const [place, where] of places.entries()) {
  for (const [at, which] of places.entries()) {
    for (const resent of [true, false]) {
      test(`a resend ${resent ? 'that is marked' : 'without a mark'}, the ${which} of the ${where} conversation in a batch, has the first receipt and delays no other`, async () => {
        const { node, inserts } = createTold();
        const groups = await knownGroups(node);
        const again = groups[place]!;
        const rival = createNode();
        const first = await rival.send(again, 1, 'as it was', { cid: 'again' });
        node.heads.heard({ serverRun: 0, ...rival.delivered.at(-1)! });
        inserts.length = 0;
        const sends = groups.flatMap((group) =>
          places.map((_, row) => {
            const isAgain = group === again && row === at;
            const cid = isAgain ? 'again' : `${group}/${row}`;
            return node.send(group, 1, `text ${row}`, { cid, resent: isAgain && resent });
          }),
        );
        const receipts = await Promise.all(sends);
        // Nine, then the six of the other conversations, then two under the lock; whoever is marked is looked up beforehand.
        assert.deepEqual(inserts, resent ? [8] : [9, 6, 2]);
        for (const [index, group] of groups.entries()) {
          const own = seqsOf(receipts.slice(3 * index, 3 * index + 3));
          const rows = await storedRows(mysql.db, group);
          assert.deepEqual(seqsOf(rows), upTo(4));
          assert.deepEqual(own, group === again ? [3, 4].toSpliced(at, 0, first.seq) : [2, 3, 4]);
          for (const [row, seq] of own.entries())
            assert.equal(rows[seq - 1]!.cid, group === again && row === at ? 'again' : `${group}/${row}`);
        }
      });
    }
  }

  for (const missed of [1, 2, 3, 7]) {
    test(`${missed} messages that the node has not heard of, in the ${where} conversation of a batch: its own follow them in order, and delay no other`, async () => {
      const { node, inserts } = createTold();
      const groups = await knownGroups(node);
      const rival = createNode();
      for (const number of upTo(missed)) await rival.send(groups[place]!, 2, `unheard ${number}`);
      inserts.length = 0;
      const receipts = await sendThreeEach(node, groups, (group, row) => `${group}/${row}`);
      assert.deepEqual(inserts, [9, 6, 3]);
      for (const [index, group] of groups.entries()) {
        const from = index === place ? missed + 2 : 2;
        assert.deepEqual(seqsOf(receipts.slice(3 * index, 3 * index + 3)), [from, from + 1, from + 2]);
        assert.deepEqual(seqsOf(await storedRows(mysql.db, group)), upTo(from + 2));
      }
    });
  }
}

test('a batch with a conflict in each of its conversations is not tried once for each', async () => {
  const { node, inserts } = createTold();
  const groups = await createGroups(mysql.db, 24, 2);
  await Promise.all(groups.map((group) => node.send(group, 1, 'before')));
  const rival = createNode();
  await Promise.all(groups.map((group) => rival.send(group, 2, 'unheard')));
  inserts.length = 0;
  const receipts = await Promise.all(groups.map((group) => node.send(group, 1, 'behind it')));
  assert.deepEqual(
    seqsOf(receipts),
    groups.map(() => 3),
  );
  // The second conflict sends the whole batch under the locks.
  assert.deepEqual(inserts, [24, 23, 24]);
});

const owner = 1;
const fences = {
  not_member: (group: number) => groupStore().remove(group, owner, 2),
  muted: (group: number) => groupStore().mute(group, owner, 2, Date.now() + 60_000),
  blocked: (direct: number) =>
    mysql.db.transaction(async (tx) => {
      const [user, by] = usersOf(direct);
      await setBlocked(tx, (await lockDirect(tx, user, by))!, by, true);
    }),
} as const;

const groupStore = () =>
  new MysqlGroupStore({ mysql: mysql.db, maxMembers: 10, maxCreated: 10, strangersMayWrite: false });

let directs = 0;
const directUsers = new Map<number, [number, number]>();
const usersOf = (direct: number) => directUsers.get(direct)!;

async function conversationFor(
  code: keyof typeof fences,
): Promise<{ id: number; fenced: number; other: number }> {
  if (code === 'blocked') {
    const [fenced, other] = [5_000 + 2 * directs, 5_001 + 2 * directs++];
    const id = await createDirect(mysql.db, fenced, other);
    directUsers.set(id, [fenced, other]);
    return { id, fenced, other };
  }
  const [id] = (await createGroups(mysql.db, 1, 3)) as [number];
  await mysql.db.run('UPDATE members SET role = 2 WHERE conversation_id = ? AND user_id = ?', [id, owner]);
  return { id, fenced: 2, other: 3 };
}

for (const code of Object.keys(fences) as (keyof typeof fences)[]) {
  for (const inTurns of [false, true]) {
    test(`whoever is fenced (${code}) after being judged and before the line is in is refused${inTurns ? ', also where nodes take turns' : ''}`, async () => {
      const { id, fenced, other } = await conversationFor(code);
      let pending = false;
      let fencing: Promise<unknown> = Promise.resolve();
      const { node } = createTold(async () => {
        if (!pending) return;
        pending = false;
        fencing = fences[code](id);
        // Under the lock of the conversation's row the fence has to wait, and then stands behind the line.
        if (!inTurns) await fencing;
      });
      await node.send(id, fenced, 'while allowed');
      await node.send(id, other, 'while allowed');
      if (inTurns) {
        await createNode().send(id, other, 'unheard');
        await node.send(id, other, 'in turn');
      }
      pending = true;
      const results = await Promise.allSettled([
        node.send(id, fenced, 'too late'),
        node.send(id, other, 'still here'),
        node.send(id, fenced, 'too late'),
      ]);
      assert.equal(pending, false);
      await fencing;
      await assert.rejects(node.send(id, fenced, 'too late'), { code });
      const rows = await mysql.db.rows<{ seq: number; kind: number; sender_id: number; text: string }>(
        'SELECT seq, kind, sender_id, text FROM messages WHERE conversation_id = ? ORDER BY seq',
        [id],
      );
      const fence = rows.findIndex(({ kind }) => kind !== 0);
      assert.ok(fence >= 0);
      assert.deepEqual(
        rows.slice(fence).filter(({ kind, sender_id }) => kind === 0 && sender_id === fenced),
        [],
      );
      assert.deepEqual(seqsOf(rows), upTo(rows.length));
      if (!inTurns) {
        for (const index of [0, 2]) {
          const result = results[index]!;
          assert.ok(result.status === 'rejected');
          assert.equal(result.reason.code, code);
        }
      }
    });
  }
}
