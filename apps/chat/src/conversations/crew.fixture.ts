import assert from 'node:assert/strict';
import { after } from 'node:test';
import { useMysql } from '@berth/fixtures';
import type { Message, Profile } from '@berth/wire';
import { groupCreate } from '../handlers/group-create.ts';
import { send } from '../handlers/send.ts';
import { sync } from '../handlers/sync.ts';
import { createFriends, createPeople, createStoredNode, type StoredNode } from '../stores.fixture.ts';

type NodeSettings =
  Parameters<typeof createStoredNode> extends [string, ...infer Settings] ? Settings : never;

/** Two nodes on one database, and groups of people who write there. */
export function useCrews() {
  const mysql = useMysql();
  const nodes: StoredNode[] = [];
  const opened: StoredNode[] = [];
  const open = (...settings: NodeSettings): StoredNode => {
    const node = createStoredNode(mysql.url, ...settings);
    opened.push(node);
    return node;
  };
  const nodeAt = (index: number): StoredNode => (nodes[index] ??= open({}, { entries: true, changes: true }));
  let cids = 0;
  const cid = () => `c${cids++}`;

  after(async () => {
    for (const node of opened) await node.close();
  });

  return {
    mysql,
    nodeAt,
    /** A further node, with settings of its own. */
    open,
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
    async say(who: Profile, conversation: number, text: string, replyTo?: number): Promise<number> {
      const body = { conversation, cid: cid(), text, ...(replyTo !== undefined && { replyTo }) };
      return (await nodeAt(0).ask(send, 'send', who, body)).seq;
    },
    async seen(who: Profile, conversation: number, at = 1): Promise<Message[]> {
      return (await nodeAt(at).ask(sync, 'sync', who, { conversation, after: 0, limit: 200 })).messages;
    },
    rejected: (promise: Promise<unknown>, code: string) => assert.rejects(promise, { code }),
  };
}
