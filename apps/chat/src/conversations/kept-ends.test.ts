import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, startTestMysql } from '@berth/fixtures';
import { Mysql } from '@berth/mysql';
import type { Profile } from '@berth/wire';
import { groupCreate } from '../handlers/group-create.ts';
import { react } from '../handlers/react.ts';
import { send } from '../handlers/send.ts';
import { sync } from '../handlers/sync.ts';
import { createPeople, createStoredNode } from '../stores.fixture.ts';

test('a server that has forgotten an end gets no hole behind it', async () => {
  const server = await startTestMysql([], { migrated: true });
  let running: Pick<typeof server, 'kill'> = server;
  const node = createStoredNode(server.url, {}, { entries: true, changes: true });
  const db = new Mysql({ url: server.url });
  try {
    const [ann] = (await createPeople(db, 1)) as [Profile];
    const made = await node.ask(groupCreate, 'groupCreate', ann, { cid: 'g', title: 'Crew', members: [] });
    const { conversation } = made.conversation;
    const { seq: target } = await node.ask(send, 'send', ann, { conversation, cid: 'm', text: 'one' });
    let given = 0;
    const give = (emoji: string, on: boolean) =>
      node.ask(react, 'react', ann, { conversation, cid: `r${given++}`, target, emoji, on });
    for (const emoji of ['👍', '🎉', '🚀']) await give(emoji, true);
    // As one that takes over, and lacks what was committed last.
    await db.run('DELETE FROM messages WHERE conversation_id = ? AND seq > ?', [conversation, target + 1]);
    const state = JSON.stringify({
      changed: target + 1,
      reactions: [{ emoji: '👍', count: 1, users: [ann.id] }],
    });
    await db.run('UPDATE messages SET state = ? WHERE conversation_id = ? AND seq = ?', [
      ...[state, conversation, target],
    ]);
    await db.run("DELETE FROM reactions WHERE conversation_id = ? AND emoji <> '👍'", [conversation]);
    await running.kill();
    running = await server.restart();
    const again = async () => (await give('👍', false).catch(() => undefined)) !== undefined;
    await eventually('the server is back', again, 60_000);
    const { messages } = await node.ask(sync, 'sync', ann, { conversation, after: 0 });
    assert.deepEqual(
      messages.map(({ seq }) => seq),
      Array.from({ length: messages.length }, (_, index) => index + 1),
    );
    assert.equal(messages.find(({ seq }) => seq === target)!.reactions, undefined);
  } finally {
    await node.close();
    await db.close();
    await running.kill();
    await server.remove();
  }
});
