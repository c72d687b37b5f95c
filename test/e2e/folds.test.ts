import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ClientEvent, ClientLog } from '@berth/checker';
import { everybody } from '@berth/client';
import {
  closeAll,
  connectInTurn,
  createGroup,
  type Device,
  lookAgain,
  seedPeople,
  settle,
  verdict,
} from '../harness/people.ts';
import { usePlatform } from '../harness/platform.ts';
import { RawSession } from '../harness/raw-session.ts';

const platform = usePlatform({ nodes: 3 });

/** Three people say and do everything that there is, one of them away for the half of it. */
async function liveThrough(): Promise<{ devices: Device[]; conversation: number }> {
  const people = await seedPeople(platform, 3);
  const devices = await connectInTurn(platform, people);
  const [ann, bob, cat] = devices as [Device, Device, Device];
  const conversation = await createGroup(devices, 'Crew');
  const { seq: root } = await ann.say(conversation, 'Which knot?');
  const meant = { user: cat.person.id, at: 0, length: 4 };
  await bob.say(conversation, '@cat, you?', { mentions: [meant] });
  const { seq: reply } = await bob.say(conversation, 'a bowline', { thread: root });
  await settle(platform, devices, [conversation]);
  await cat.client.disconnect();

  const { seq: wrong } = await bob.say(conversation, '@cat: wong', { mentions: [meant] });
  await bob.client.edit(conversation, wrong, '@ann: wrong', {
    mentions: [{ ...meant, user: ann.person.id }],
  });
  await ann.say(conversation, '@all aboard', { mentions: [{ user: everybody, at: 0, length: 4 }] });
  const called = { mentions: [{ user: everybody, at: 0, length: 4 }], thread: root };
  await ann.say(conversation, '@all: a hitch', called);
  for (const { client } of [ann, bob]) await client.react(conversation, root, '👍', true);
  await ann.client.react(conversation, root, '🎉', true);
  await ann.client.react(conversation, root, '🎉', false);
  await ann.client.pin(conversation, root, true);
  const asked = await bob.client
    .poll(conversation, { question: 'Where?', options: ['pier', 'quay'] })
    .whenSent();
  await ann.client.vote(conversation, asked.seq, [1]);
  await bob.client.vote(conversation, asked.seq, [0]);
  const { seq: oops } = await ann.say(conversation, 'oops');
  await ann.client.recall(conversation, oops);
  await bob.client.recall(conversation, reply);
  await ann.readThread(conversation, root, reply);

  cat.client.connect();
  await settle(platform, devices, [conversation]);
  await cat.readThread(conversation, root, reply);
  return { devices: await lookAgain(platform, devices, [conversation]), conversation };
}

/** What each kind of event would be, had the client shown something else. */
const lies: Partial<Record<ClientEvent['type'], (event: never) => object>> = {
  delivered: ({ cid }: { cid: string }) => ({ cid: `${cid}?` }),
  shown: ({ text }: { text: string }) => ({ text: `${text}?` }),
  counted: ({ unread }: { unread: number }) => ({ unread: unread + 1 }),
  threadShown: ({ count }: { count: number }) => ({ count: count + 1 }),
  groupShown: () => ({ settings: { topic: 'no such' } }),
};

test('everybody’s view is the same fold of the same entries, live, after an absence and on a new device; and any other is found', async () => {
  const { devices, conversation } = await liveThrough();
  assert.deepEqual(await verdict(platform, devices, [conversation]), []);
  const mutated = (
    device: Device,
    change: (event: ClientEvent, index: number) => ClientEvent | undefined,
  ) => {
    const log = new ClientLog(device.log.device, device.log.user);
    for (const [index, event] of device.log.events.entries()) {
      const next = change(event, index);
      if (next !== undefined) log.add(next);
    }
    return verdict(
      platform,
      devices.map((one) => (one === device ? { ...device, log } : one)),
      [conversation],
    );
  };
  for (const device of devices) {
    const { events } = device.log;
    // Of what is shown again and again the last holds; of what is counted each.
    for (const [type, lie] of Object.entries(lies)) {
      const at = events.findLastIndex((event) => event.type === type);
      if (at < 0) continue;
      const found = await mutated(device, (event, index) =>
        index === at ? ({ ...event, ...lie(event as never) } as ClientEvent) : event,
      );
      assert.notDeepEqual(found, [], `${device.log.device}: another ${type}`);
    }
    for (const field of ['mentions', 'read'] as const) {
      const type = field === 'mentions' ? 'counted' : 'threadShown';
      const at = events.findLastIndex((event) => event.type === type);
      const other = field === 'mentions' ? [1_000] : 1_000_000;
      const found = await mutated(device, (event, index) =>
        index === at ? ({ ...event, [field]: other } as ClientEvent) : event,
      );
      assert.notDeepEqual(found, [], `${device.log.device}: other ${field}`);
    }
    const last = events.findLastIndex(({ type }) => type === 'delivered');
    const lost = await mutated(device, (event, index) => (index === last ? undefined : event));
    assert.notDeepEqual(lost, [], `${device.log.device}: without its last entry`);
  }
  await closeAll(devices);
});

test('what cannot be done to a message has one clear code each, and the connection lives on', async () => {
  const people = await seedPeople(platform, 3);
  const devices = await connectInTurn(platform, people);
  const [ann, bob, cat] = devices as [Device, Device, Device];
  const group = await createGroup(devices, 'Crew');
  const mine = (await bob.say(group, 'mine')).seq;
  const old = (await bob.say(group, 'old')).seq;
  const gone = (await bob.say(group, 'gone')).seq;
  const left = (await cat.say(group, 'from one who has left')).seq;
  await bob.client.recall(group, gone);
  await cat.client.request('groupLeave', { conversation: group });
  await platform.db.run(
    'UPDATE messages SET sent_at = sent_at - 86400000 WHERE conversation_id = ? AND seq = ?',
    [...[group, old]],
  );
  const sessions = new Map<Device, RawSession>();
  for (const device of devices) sessions.set(device, await RawSession.open(platform, device.person));
  let cids = 0;
  const at = (target: number) => ({ conversation: group, target, cid: `bad ${cids++}` });
  const send = (more: object) => ({ conversation: group, cid: `bad ${cids++}`, text: '', ...more });
  const poll = (...options: string[]) => send({ poll: { question: 'Where?', options } });
  const hourMs = 3_600_000;
  const later = (inMs: number) => send({ text: 'later', at: Date.now() + inMs });
  const table = readFileSync(join(import.meta.dirname, '../../docs/protocol.md'), 'utf8');
  const lines: [Device, Parameters<RawSession['ask']>[0], object, string][] = [
    [ann, 'edit', { ...at(mine), text: 'not mine' }, 'forbidden'],
    [bob, 'edit', { ...at(old), text: 'too late' }, 'too_late'],
    [bob, 'edit', { ...at(gone), text: 'recalled' }, 'recalled'],
    [bob, 'react', { ...at(gone), emoji: '👍', on: true }, 'recalled'],
    [cat, 'edit', { ...at(left), text: 'left' }, 'not_member'],
    [cat, 'recall', at(left), 'not_member'],
    [bob, 'edit', { ...at(999), text: 'nothing' }, 'not_found'],
    [bob, 'edit', { ...at(mine), text: 'x'.repeat(20_000) }, 'too_large'],
    [bob, 'react', { ...at(mine), emoji: '👍'.repeat(10_000), on: true }, 'bad_request'],
    [bob, 'react', { ...at(mine), emoji: 'e\u0301'.repeat(5_000), on: true }, 'bad_request'],
    [bob, 'pin', { ...at(mine), on: true }, 'forbidden'],
    [bob, 'send', poll('quay', 'quay'), 'bad_request'],
    [bob, 'send', poll('quay', ' Quay '), 'bad_request'],
    [bob, 'send', poll('caf\u00e9', 'CAFE\u0301'), 'bad_request'],
    [bob, 'send', poll('quay'), 'bad_request'],
    [bob, 'vote', { ...at(mine), options: [0] }, 'not_found'],
    [bob, 'send', send({ text: '@all', mentions: [{ user: 0, at: 0, length: 4 }] }), 'forbidden'],
    [bob, 'schedule', later(-hourMs), 'time_refused'],
    [bob, 'schedule', later(10 * 365 * 24 * hourMs), 'time_refused'],
    [cat, 'schedule', later(hourMs), 'not_member'],
  ];
  for (const [device, name, body, code] of lines) {
    const session = sessions.get(device)!;
    const { error } = await session.ask(name, body);
    assert.equal(error?.code, code, `${name} ${JSON.stringify(body).slice(0, 80)}: ${JSON.stringify(error)}`);
    assert.match(table, new RegExp(`^\\| \`${code}\` \\|`, 'm'));
    assert.equal((await session.ask('heartbeat')).error, undefined);
  }
  const { messages } = await ann.client.request('sync', { conversation: group, after: 0, limit: 200 });
  const said = messages.filter(({ kind }) => kind === undefined).map(({ text }) => text);
  assert.deepEqual(said, ['mine', 'old', '', 'from one who has left'], 'nothing came of it');
  for (const session of sessions.values()) await session.close();
  await closeAll(devices);
});
