import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { everybody, type Profile, type Scheduled } from '@berth/wire';
import { useCrews } from '../conversations/crew.fixture.ts';
import { block } from '../handlers/block.ts';
import { conversation } from '../handlers/conversation.ts';
import { directOpen } from '../handlers/direct-open.ts';
import { groupLeave } from '../handlers/group-leave.ts';
import { schedule } from '../handlers/schedule.ts';
import { scheduleCancel } from '../handlers/schedule-cancel.ts';
import { scheduleEdit } from '../handlers/schedule-edit.ts';
import { scheduledMessages } from '../handlers/scheduled-messages.ts';
import { send } from '../handlers/send.ts';
import { createPeople } from '../stores.fixture.ts';
import { ScheduledSender } from './scheduled-sender.ts';

const { mysql, nodeAt, cid, crew, seen, rejected } = useCrews();
const hourMs = 3_600_000;

const later = (who: Profile, conversation: number, text: string, inMs = hourMs, name = cid()) =>
  nodeAt(0).ask(schedule, 'schedule', who, { conversation, cid: name, text, at: Date.now() + inMs });
const listed = async (who: Profile, limit = 50): Promise<Scheduled[]> => {
  const found: Scheduled[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await nodeAt(1).ask(scheduledMessages, 'scheduledMessages', who, {
      ...{ limit, ...(cursor && { cursor }) },
    });
    found.push(...page.scheduled);
    cursor = page.cursor;
    if (cursor === undefined) return found;
  }
};
/** As if so much time had passed. */
const pass = (user: Profile, ms = 2 * hourMs) =>
  mysql.db.run('UPDATE scheduled_messages SET at = at - ?, look_at = look_at - ? WHERE user_id = ?', [
    ...[ms, ms, user.id],
  ]);

/** Runs senders on so many nodes until `work` is done. */
async function sending(nodes: number, work: () => Promise<unknown>, leaseMs = 60_000): Promise<void> {
  const senders = Array.from(
    { length: nodes },
    (_, index) => new ScheduledSender({ context: nodeAt(index).context, everyMs: 5, leaseMs }),
  );
  for (const sender of senders) sender.start();
  await work().finally(() => Promise.all(senders.map((sender) => sender.close())));
}

test('what is due is sent once, in the order of its times, whichever nodes look for it', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  for (let index = 0; index < 20; index++) await later(ann, group, `at ${index}`, hourMs + index);
  const { scheduled } = await later(ann, group, 'much later', 9 * hourMs);
  await pass(ann);
  await sending(3, () => eventually('all is sent', async () => (await listed(ann)).length === 1));
  const said = (await seen(bob, group)).filter(({ kind }) => kind === undefined);
  assert.deepEqual(
    said.map(({ text }) => text).sort(),
    Array.from({ length: 20 }, (_, index) => `at ${index}`).sort(),
  );
  assert.ok(said.every(({ sender }) => sender === ann.id));
  assert.deepEqual(
    (await listed(ann)).map(({ cid: name }) => name),
    [scheduled.cid],
  );
  const told = nodeAt(0).publisher.pushed.concat(nodeAt(1).publisher.pushed, nodeAt(2).publisher.pushed);
  const gone = told.filter(
    ({ frame, body }) => frame === 'scheduleChanged' && !('scheduled' in (body as object)),
  );
  assert.equal(gone.length, 20);
});

test('a node that dies after it has taken, or sent, one leaves it to another, which sends it once', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const taken = await later(ann, group, 'taken');
  const sent = await later(ann, group, 'sent');
  await pass(ann);
  // Of a node that dies within a minute of having taken them nothing is heard until then.
  const take = async (at: number) =>
    (await nodeAt(at).context.stores.scheduled.take(60_000, 64)).taken.length;
  assert.deepEqual([await take(0), await take(1)], [2, 0]);
  const name = { conversation: group, cid: taken.scheduled.cid };
  await rejected(nodeAt(0).ask(scheduleCancel, 'scheduleCancel', ann, name), 'too_late');
  await nodeAt(0).ask(send, 'send', ann, { conversation: group, cid: sent.scheduled.cid, text: 'sent' });
  await mysql.db.run('UPDATE scheduled_messages SET look_at = look_at - 60000 WHERE user_id = ?', [ann.id]);
  await sending(2, () => eventually('all is sent', async () => (await listed(ann)).length === 0));
  const said = (await seen(bob, group)).filter(({ kind }) => kind === undefined);
  assert.deepEqual(said.map(({ text }) => text).sort(), ['sent', 'taken']);
});

test('of those for one time the first that was asked for is sent first, and many that are due wait for no second look', async () => {
  const { people, group } = await crew(3);
  const [ann, bob, cat] = people as [Profile, Profile, Profile];
  const at = Date.now() + hourMs;
  const ask = async (who: Profile, text: string) =>
    (await nodeAt(0).ask(schedule, 'schedule', who, { conversation: group, cid: `${cid()} x`, text, at }))
      .scheduled;
  const texts = Array.from({ length: 40 }, (_, index) => `part ${index}`);
  const asked: Scheduled[] = [];
  for (const text of texts) asked.push(await ask(ann, text));
  for (const text of texts) await ask(bob, text);
  assert.deepEqual(
    (await listed(ann)).map(({ text }) => text),
    texts,
  );
  const wish = { conversation: group, cid: asked[0]!.cid, text: 'now last', at };
  const { scheduled } = await nodeAt(0).ask(scheduleEdit, 'scheduleEdit', ann, wish);
  assert.equal((await listed(ann)).at(-1)!.at, scheduled.at);
  await Promise.all([pass(ann), pass(bob)]);
  const sender = new ScheduledSender({ context: nodeAt(0).context, everyMs: hourMs });
  sender.start();
  await eventually('all is sent', async () => (await listed(bob)).length + (await listed(ann)).length === 0);
  await sender.close();
  const said = (await seen(cat, group)).filter(({ sender: who }) => who === ann.id);
  assert.deepEqual(
    said.map(({ text }) => text),
    [...texts.slice(1), 'now last'],
  );
});

test('until then it is listed, changed and cancelled, and other devices hear of it', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const name = cid();
  const first = await later(ann, group, 'tommorow', hourMs, name);
  assert.deepEqual(await later(ann, group, 'tommorow', 2 * hourMs, name), first, 'a repeated request');
  const other = await later(ann, group, 'today', hourMs / 2);
  assert.deepEqual(await listed(ann, 1), [other.scheduled, first.scheduled]);
  assert.deepEqual(await listed(bob), []);
  const wish = { conversation: group, cid: name, text: 'tomorrow', at: Date.now() + 3 * hourMs };
  const changed = await nodeAt(0).ask(scheduleEdit, 'scheduleEdit', ann, wish);
  assert.deepEqual(nodeAt(0).publisher.pushed.at(-1), {
    ...{ frame: 'scheduleChanged', users: [ann.id], conversation: undefined },
    body: { conversation: group, cid: name, scheduled: changed.scheduled },
  });
  await rejected(nodeAt(0).ask(scheduleEdit, 'scheduleEdit', bob, wish), 'not_found');
  const cancel = (who: Profile) =>
    nodeAt(0).ask(scheduleCancel, 'scheduleCancel', who, { conversation: group, cid: name });
  await rejected(cancel(bob), 'not_found');
  await cancel(ann);
  await rejected(cancel(ann), 'not_found');
  assert.deepEqual(await listed(ann), [other.scheduled]);
});

test('a text that is sent later means whom it names: they are told, and find it among their mentions', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const meant = (text: string, user = bob.id) => ({
    ...{ conversation: group, cid: cid(), at: Date.now() + hourMs, text: `${text} @bob` },
    mentions: [{ user, at: text.length + 1, length: 4 }],
  });
  const first = meant('ahoy');
  const { scheduled } = await nodeAt(0).ask(schedule, 'schedule', ann, first);
  assert.deepEqual(scheduled.mentions, first.mentions);
  assert.deepEqual((await listed(ann))[0]!.mentions, first.mentions);
  const other = meant('not you');
  await nodeAt(0).ask(schedule, 'schedule', ann, other);
  const { mentions: _, ...plain } = other;
  const changed = await nodeAt(0).ask(scheduleEdit, 'scheduleEdit', ann, plain);
  assert.equal(changed.scheduled.mentions, undefined);
  await rejected(nodeAt(0).ask(schedule, 'schedule', bob, meant('all', everybody)), 'forbidden');
  const beyond = { ...first, cid: cid(), text: 'ahoy' };
  assert.throws(() => nodeAt(0).ask(schedule, 'schedule', ann, beyond));
  await pass(ann);
  await sending(2, () => eventually('all is sent', async () => (await listed(ann)).length === 0));
  const said = (await seen(bob, group)).filter(({ kind }) => kind === undefined);
  const ahoy = said.find(({ text }) => text === first.text)!;
  assert.deepEqual(ahoy.mentions, first.mentions);
  assert.equal(said.find(({ text }) => text === other.text)!.mentions, undefined);
  const told = await nodeAt(1).ask(conversation, 'conversation', bob, { conversation: group });
  assert.deepEqual(told.conversation.mentions, [ahoy.seq]);
});

test('what may not be sent later has one clear code each; what may not be sent any more says why', async () => {
  const { people, group } = await crew(2);
  const [ann, bob] = people as [Profile, Profile];
  const [eve] = (await createPeople(mysql.db, 1)) as [Profile];
  for (const inMs of [-1, -hourMs, 10 * 365 * 24 * hourMs])
    await rejected(later(ann, group, 'x', inMs), 'time_refused');
  await rejected(later(eve, group, 'x'), 'not_member');
  await rejected(later(ann, group, 'x'.repeat(20_000)), 'too_large');
  await rejected(later(ann, group, '\ud800'), 'bad_request');
  assert.throws(() => later(ann, group, ''));
  const direct = (await nodeAt(0).ask(directOpen, 'directOpen', bob, { user: ann.id })).conversation
    .conversation;
  await later(bob, group, 'from one who is gone');
  await later(bob, direct, 'from one who is blocked');
  await nodeAt(0).ask(groupLeave, 'groupLeave', bob, { conversation: group });
  await nodeAt(0).ask(block, 'block', ann, { user: bob.id });
  await rejected(later(bob, group, 'x'), 'not_member');
  await rejected(later(bob, direct, 'x'), 'blocked');
  await pass(bob);
  await sending(2, () =>
    eventually('both have failed', async () =>
      (await listed(bob)).every(({ failed }) => failed !== undefined),
    ),
  );
  const failures = (await listed(bob)).map(({ failed }) => failed).sort();
  assert.deepEqual(failures, ['blocked', 'not_member']);
  for (const { conversation, cid: name } of await listed(bob))
    await nodeAt(0).ask(scheduleCancel, 'scheduleCancel', bob, { conversation, cid: name });
  const rows = Array.from({ length: 100 }, (_, index) => [ann.id, group, `n${index}`]);
  await mysql.db.run(
    `INSERT INTO scheduled_messages (user_id, conversation_id, cid, at, look_at, text)
     VALUES ${rows.map(() => "(?, ?, ?, 9e15, 9e15, 'x')").join(',')}`,
    rows.flat(),
  );
  await rejected(later(ann, group, 'one too many'), 'limit_reached');
});
