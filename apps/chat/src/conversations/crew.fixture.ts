import assert from 'node:assert/strict';
import { after } from 'node:test';
import { useMysql } from '@berth/fixtures';
import type { Message, Profile } from '@berth/wire';
import { groupCreate } from '../handlers/group-create.ts';
import { send } from '../handlers/send.ts';
import { sync } from '../handlers/sync.ts';
import { createFriends, createPeople, createStoredNode, type StoredNode } from '../stores.fixture.ts';

/** Two nodes on one database, and groups of people who write there. */
export function useCrews() {
  const mysql = useMysql();
  const nodes: StoredNode[] = [];
  const nodeAt = (index: number): StoredNode =>
    (nodes[index] ??= createStoredNode(mysql.url, {}, { entries: true, changes: true }));
  let cids = 0;
  const cid = () => `c${cids++}`;

  after(async () => {
    for (const node of nodes) await node?.close();
  });

  return {
    mysql,
    nodeAt,
    cid,
    /** The first owns the group, and is a friend of all others. */
    async crew(size: number): Promise<{ people: Profile[]; group: number }> {
      const people = await createPeople(mysql.db, size);
      await createFriends(mysql.db, people[0]!, people.slice(1));
      const members = people.slice(1).map(({ id }) => id);
      const wish = { cid: cid(), title: 'Crew', members };
      const { conversation } = await nodeAt(0).ask(groupCreate, 'groupCreate', people[0]!, wish);
      return { people, group: conversation.conversation };
    },
    async say(who: Profile, conversation: number, text: string): Promise<number> {
      return (await nodeAt(0).ask(send, 'send', who, { conversation, cid: cid(), text })).seq;
    },
    async seen(who: Profile, conversation: number, at = 1): Promise<Message[]> {
      return (await nodeAt(at).ask(sync, 'sync', who, { conversation, after: 0, limit: 200 })).messages;
    },
    rejected: (promise: Promise<unknown>, code: string) => assert.rejects(promise, { code }),
  };
}
