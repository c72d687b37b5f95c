import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useMysql } from '@berth/fixtures';
import fc from 'fast-check';
import { MysqlGroupStore } from '../conversations/mysql-group-store.ts';
import { createGroups, createWritingNode } from './message-writer.fixture.ts';
import { SteppedMysql, Steps } from './stepped-mysql.fixture.ts';

const mysql = useMysql();

const owner = 1;
const removed = 2;
const muted = 3;

/** A message of a scenario: to one of its conversations, by a sender, under a name that others may have, too. */
const message = fc.record({
  conversation: fc.nat(2),
  sender: fc.integer({ min: owner, max: 4 }),
  /** Some are the same message for several writers. */
  name: fc.oneof(
    { weight: 4, arbitrary: fc.constant('own') },
    { weight: 1, arbitrary: fc.constantFrom('a', 'b') },
  ),
  resent: fc.boolean(),
});

const scenario = fc.record({
  writers: fc.array(fc.array(message, { minLength: 1, maxLength: 9 }), { minLength: 2, maxLength: 4 }),
  /** What happens to members meanwhile, and in which conversation. */
  changes: fc.uniqueArray(fc.constantFrom('remove', 'mute', 'rename'), { maxLength: 2 }),
  changed: fc.nat(2),
  /** Nodes that know the heads and the members as they were a while ago. */
  behind: fc.boolean(),
  order: fc.array(fc.nat(97), { minLength: 400, maxLength: 400 }),
});

interface Row {
  seq: number;
  kind: number;
  uncounted: number;
  sender: number;
  cid: string;
}

const rowsOf = async (conversation: number): Promise<Row[]> => {
  const rows = await mysql.db.rows<{
    seq: number;
    kind: number;
    uncounted: number;
    sender_id: number;
    cid: Buffer;
  }>('SELECT seq, kind, uncounted, sender_id, cid FROM messages WHERE conversation_id = ? ORDER BY seq', [
    conversation,
  ]);
  return rows.map(({ sender_id, cid, ...row }) => ({ ...row, sender: sender_id, cid: cid.toString() }));
};

test('however writers and changes of members interleave, the log has no hole, no double and nobody who may not write', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ writers, changes, changed, behind, order }) => {
      const groups = await createGroups(mysql.db, 3, 4);
      for (const group of groups) {
        await mysql.db.run('UPDATE members SET role = 2 WHERE conversation_id = ? AND user_id = ?', [
          group,
          owner,
        ]);
      }
      let at = 0;
      const steps = new Steps((count) => (count === 0 ? 0 : order[at++ % order.length]! % count));
      const open = (options: ConstructorParameters<typeof SteppedMysql>[0]) =>
        new SteppedMysql(options, steps);
      const nodes = writers.map(() => createWritingNode({ url: mysql.url, writers: 1, open }));
      const admin = open({ url: mysql.url, poolSize: 2 });
      const store = new MysqlGroupStore({
        mysql: admin,
        maxMembers: 10,
        maxCreated: 1_000,
        strangersMayWrite: false,
      });
      try {
        if (behind) {
          // All know the heads, and then more is written than they hear of.
          for (const node of nodes) for (const group of groups) await node.send(group, owner, 'before');
          await nodes[0]!.send(groups[changed]!, owner, 'unheard');
        }
        for (const node of nodes) {
          for (const group of groups)
            for (const user of [owner, removed, muted, 4]) await node.directory.standing(group, user);
        }
        const target = groups[changed]!;
        const change = (what: (typeof changes)[number]) => async () => {
          if (what === 'remove') await store.remove(target, owner, removed);
          else if (what === 'mute') await store.mute(target, owner, muted, Date.now() + 60_000);
          else await store.rename(target, owner, 'another');
          return [];
        };
        const results = await steps.interleave([
          ...writers.map(
            (batch, writer) => async () =>
              Promise.allSettled(
                batch.map(async ({ conversation, sender, name, resent }, index) => {
                  const cid = name === 'own' ? `${writer}/${index}` : name;
                  const group = groups[conversation]!;
                  const { seq } = await nodes[writer]!.send(group, sender, cid, { cid, resent });
                  return { group, sender, cid, seq, index, name };
                }),
              ),
          ),
          ...changes.map(change),
        ]);
        for (const result of results)
          assert.equal(result.status, 'fulfilled', String((result as PromiseRejectedResult).reason));
        const acknowledged = results.flatMap((result, writer) =>
          (
            result as PromiseFulfilledResult<
              PromiseSettledResult<{
                group: number;
                sender: number;
                cid: string;
                seq: number;
                index: number;
                name: string;
              }>[]
            >
          ).value.flatMap((one) => {
            if (one.status === 'fulfilled') return [{ ...one.value, writer }];
            assert.ok(['not_member', 'muted'].includes(one.reason.code), String(one.reason));
            return [];
          }),
        );
        for (const group of groups) {
          const rows = await rowsOf(group);
          assert.deepEqual(
            rows.map(({ seq }) => seq),
            rows.map((_, index) => index + 1),
          );
          assert.equal(new Set(rows.map(({ sender, cid }) => `${sender}:${cid}`)).size, rows.length);
          assert.deepEqual(
            rows.map(({ uncounted }) => uncounted),
            rows.map((_, index) => rows.slice(0, index + 1).filter(({ kind }) => kind !== 0).length),
          );
          const own = acknowledged.filter((one) => one.group === group);
          for (const { seq, sender, cid } of own)
            assert.deepEqual([rows[seq - 1]!.sender, rows[seq - 1]!.cid], [sender, cid]);
          for (const [, messages] of Map.groupBy(
            own.filter(({ name }) => name === 'own'),
            ({ writer }) => writer,
          )) {
            const seqs = messages.toSorted((a, b) => a.index - b.index).map(({ seq }) => seq);
            assert.deepEqual(
              seqs,
              seqs.toSorted((a, b) => a - b),
            );
          }
          for (const [kind, user] of [
            [4, removed],
            [6, muted],
          ] as const) {
            const from = rows.findIndex((row) => row.kind === kind);
            if (from >= 0)
              assert.deepEqual(
                rows.slice(from).filter((row) => row.kind === 0 && row.sender === user),
                [],
              );
          }
        }
      } finally {
        for (const node of nodes) await node.close();
        await admin.close();
      }
    }),
    { numRuns: 40, endOnFailure: true },
  );
});
