import { randomBytes } from 'node:crypto';
import { eventually } from '@berth/fixtures';
import { befriend, connectDevice, type Device, type Person, seedPeople } from '../harness/people.ts';
import type { Platform } from '../harness/platform.ts';

const cast = [
  ['Noor Haddad', 'Ship chandler. Ropes, paint, good advice.'],
  ['Ines Duarte', 'Night shift at pier 4. Coffee helps.'],
  ['李小船', '港口的灯，夜里亮着。'],
  ['Tomasz Wójcik', 'Crane driver'],
  ['Zoë Lindqvist', ''],
  ['Marek', 'Pilot boat'],
  ['Amina Yusuf', 'Customs, but the friendly kind'],
] as const;

/**
 * A small world for pictures: Noor with friends, a direct conversation, a group, a request that waits, someone typing.
 * `end` closes the connections of all but her.
 */
export async function tellStory(platform: Platform): Promise<{ hero: Person; end: () => Promise<void> }> {
  const people = await seedPeople(platform, cast.length + 2, 'crew');
  for (const [index, [nick, description]] of cast.entries()) {
    await platform.db.run('UPDATE users SET nick = ?, description = ? WHERE id = ?', [
      nick,
      description,
      people[index]!.id,
    ]);
  }
  const devices: Device[] = [];
  for (const person of people) devices.push(await connectDevice(platform, person, { deviceClass: 'story' }));
  const [noor, ines, xiaochuan, tomasz, zoe, marek, amina, anna, felix] = devices as [
    Device,
    Device,
    Device,
    Device,
    Device,
    Device,
    Device,
    Device,
    Device,
  ];
  const friends = [ines, xiaochuan, tomasz, zoe, marek, amina];
  const direct = new Map<Device, number>();
  for (const friend of friends) direct.set(friend, await befriend(noor, friend));
  await platform.db.run("UPDATE users SET nick = 'Anna Berg' WHERE id = ?", [anna.person.id]);
  await platform.db.run("UPDATE users SET nick = 'Felix Ott' WHERE id = ?", [felix.person.id]);
  await anna.client.request('friendRequest', {
    user: noor.person.id,
    note: 'We met at the regatta. Anna, with the red boat!',
  });
  await noor.client.request('friendRequest', { user: felix.person.id, note: 'Can you look at our engine?' });

  const withXiaochuan = direct.get(xiaochuan)!;
  await xiaochuan.say(withXiaochuan, '早上好！今天的潮汐表出来了吗？');
  await noor.say(withXiaochuan, '出来了，在这里：https://example.org/tides?day=sat');
  const tide = await xiaochuan.say(withXiaochuan, '太好了，谢谢！高潮是 14:20，对吧？');
  await noor.client.send(withXiaochuan, '对，我们 13:45 出发就行。', { replyTo: tide.seq }).whenSent();
  await xiaochuan.say(withXiaochuan, '👍');
  await xiaochuan.say(withXiaochuan, '明天见');

  await zoe.say(direct.get(zoe)!, 'I left the spare keys with Marek.');
  await noor.say(direct.get(zoe)!, 'Perfect, thank you!');
  await marek.say(direct.get(marek)!, 'Wind is turning. We should leave before noon.');
  await tomasz.say(direct.get(tomasz)!, 'Container 4471 is on the truck 🚚');

  const { conversation } = await noor.client.request('groupCreate', {
    cid: randomBytes(8).toString('hex'),
    title: 'Harbour crew',
    members: [ines, xiaochuan, tomasz, zoe, marek].map(({ person }) => person.id),
  });
  const group = conversation.conversation;
  await ines.say(
    group,
    'Morning everyone. The inspector comes on Saturday, so let us get the north pier ready.',
  );
  const question = await ines.say(group, 'Who can bring the long ladder?');
  await tomasz.client
    .send(group, 'I can. It is in the crane shed, I will put it on the cart tonight.', {
      replyTo: question.seq,
    })
    .whenSent();
  await noor.say(group, 'Paint and brushes are on me: two cans of white, one of that awful green.');
  await noor.say(group, 'List of what is missing: https://example.org/north-pier');
  await zoe.say(group, 'awful green 😂');
  await xiaochuan.say(group, '我带午饭，有没有人不吃辣？');
  await marek.say(
    group,
    'Tide is high at 14:20, so everything that floats should be moved by noon. I will come around with the pilot boat at eleven and tow whoever needs it.',
  );
  await noor.say(group, 'Then that is settled. Ten o’clock, north pier, old clothes.');
  await ines.say(group, 'See you at the pier ⚓');
  await noor.client.request('preferences', { conversation: group, pinned: true });
  await noor.client.request('preferences', { conversation: direct.get(tomasz)!, silenced: true });
  // What the others wrote in the group has been read there.
  for (const device of [ines, xiaochuan, tomasz]) device.client.markRead(group, 10);
  xiaochuan.client.markRead(withXiaochuan, 6);
  // She has seen all but the last of it.
  for (const [conversation, seq] of [
    [group, 9],
    [withXiaochuan, 4],
  ] as const) {
    noor.client.markRead(conversation, seq);
    await eventually('she has read it', async () => {
      const answer = await noor.client.request('conversation', { conversation });
      return answer.conversation.read === seq;
    });
  }
  await spreadOverTime(
    platform,
    [group, 8],
    [withXiaochuan, 26 * 60],
    [direct.get(zoe)!, 3 * 24 * 60],
    [direct.get(tomasz)!, 55],
    [direct.get(marek)!, 38],
  );
  await noor.client.close();
  const others = devices.filter((device) => device !== noor);
  return {
    hero: noor.person,
    end: async () => void (await Promise.all(others.map(({ client }) => client.close()))),
  };
}

/** Sets what was said in conversations back to some minutes ago, a few minutes between the messages. */
async function spreadOverTime(
  platform: Platform,
  ...conversations: [id: number, minutesAgo: number][]
): Promise<void> {
  for (const [id, minutesAgo] of conversations) {
    const last = Date.now() - minutesAgo * 60_000;
    await platform.db.run(
      `UPDATE messages JOIN (SELECT MAX(seq) AS seq FROM messages WHERE conversation_id = ?) AS head
       SET sent_at = ? - (head.seq - messages.seq) * 210000 WHERE conversation_id = ?`,
      [id, last, id],
    );
    await platform.db.run(
      'UPDATE conversations SET hint_seq = 0, hint_uncounted = 0, hint_at = 0 WHERE id = ?',
      [id],
    );
  }
}
