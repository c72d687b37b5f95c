import { setTimeout } from 'node:timers/promises';
import { type BerthClient, BerthError, type ClientOptions, everybody } from '@berth/client';
import { errorTable } from '@berth/wire';
import { closeAll, connectDevice, createGroup, type Device, seedPeople } from '../harness/people.ts';
import type { PlatformDoors } from '../harness/platform.ts';

export interface Load {
  devices: Device[];
  conversations: number[];
  /** Texts acknowledged so far. */
  readonly acknowledged: number;
  /** Resolves once so many more have been acknowledged. */
  more(count: number): Promise<void>;
  /** Stops sending and waits until every text begun is acknowledged. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface LoadOptions {
  /** Characters that each text has beside its words. */
  padding?: number;
  client?: Partial<ClientOptions>;
  /**
   * Milliseconds from one text of a person to the next, on average, beside the wait for the acknowledgement. Default: as many
   * as make about 500 texts a second of all of them, which leaves other tests a part of the machine.
   */
  pauseMs?: number;
  /**
   * Some texts are edited, reacted to or taken back by who wrote them, whatever it takes; some mean somebody, some stand in a
   * thread, and what was said is read now and then.
   */
  changes?: boolean;
}

/**
 * `count` people in groups of ten who all talk, each with one text in flight at a time, until `stop`; a text whose fate is
 * not known is sent again by the client until it is.
 */
export async function startLoad(
  platform: PlatformDoors,
  count: number,
  { padding = 0, client = {}, pauseMs = 2 * count, changes = false }: LoadOptions = {},
): Promise<Load> {
  const people = await seedPeople(platform, count);
  const devices: Device[] = [];
  // A few log-ins at a time: gate hashes two passwords at once and refuses what would wait too long.
  for (let start = 0; start < count; start += 4) {
    const few = people.slice(start, start + 4);
    devices.push(
      ...(await Promise.all(
        few.map((person) => connectDevice(platform, person, { requestTimeoutMs: 60_000, ...client })),
      )),
    );
  }
  const conversations: number[] = [];
  const groupOf = new Map<Device, number>();
  for (let start = 0; start < count; start += 10) {
    const members = devices.slice(start, start + 10);
    const conversation = await createGroup(members, `Group ${start}`);
    conversations.push(conversation);
    for (const member of members) groupOf.set(member, conversation);
  }
  // What a test looks at is what becomes of them from here on.
  for (const { states } of devices) states.length = 0;
  /** By conversation: the message whose thread is written to now, and who begins the next. */
  const roots = new Map<number, number>();
  const meaning = (device: Device, index: number): Parameters<BerthClient['send']>[2] => {
    const conversation = groupOf.get(device)!;
    const thread = index % 5 === 2 ? roots.get(conversation) : undefined;
    // Whoever made the group is its admin, and the only one who may call everybody.
    const isOwner = devices.indexOf(device) % 10 === 0;
    const other = devices[Math.floor(Math.random() * devices.length)]!;
    const user = isOwner && index % 2 === 0 ? everybody : other.person.id;
    const mentions = index % 3 === 1 ? [{ user, at: 0, length: device.person.name.length }] : [];
    return { mentions, ...(thread !== undefined && { thread }) };
  };
  const read = async (device: Device, conversation: number, seq: number, index: number) => {
    if (index % 20 === 0 || !roots.has(conversation)) roots.set(conversation, seq);
    if (index % 7 === 3) device.client.markRead(conversation, seq);
    const root = roots.get(conversation)!;
    if (index % 9 === 4 && root < seq) await insist(() => device.readThread(conversation, root, seq));
  };
  let stopped = false;
  let acknowledged = 0;
  let waiters: { at: number; resolve: () => void }[] = [];
  const talk = async (device: Device) => {
    for (let index = 0; !stopped; index++) {
      if (pauseMs > 0) await setTimeout(2 * pauseMs * Math.random());
      const text = `${device.person.name} ${index}${'.'.repeat(padding)}`;
      const conversation = groupOf.get(device)!;
      const { seq } = await device.say(conversation, text, changes ? meaning(device, index) : undefined);
      if (changes && index % 2 === 1) await insist(() => change(device.client, conversation, seq, index));
      if (changes) await read(device, conversation, seq, index);
      acknowledged++;
      waiters = waiters.filter(({ at, resolve }) => acknowledged < at || resolve());
    }
  };
  const talking = Promise.all(devices.map(talk));
  // Whoever awaits `stop` hears of a failure.
  talking.catch(() => {});
  return {
    devices,
    conversations,
    get acknowledged() {
      return acknowledged;
    },
    more: (more) =>
      Promise.race([
        new Promise<void>((resolve) => waiters.push({ at: acknowledged + more, resolve })),
        talking.then(() => {}),
      ]),
    stop: async () => {
      stopped = true;
      await talking;
    },
    close: () => closeAll(devices),
  };
}

async function change(client: BerthClient, conversation: number, seq: number, index: number): Promise<void> {
  const mentions = [{ user: client.account!.id, at: 0, length: 6 }];
  if (index % 8 === 1)
    await client.edit(conversation, seq, `edited ${index}`, index % 16 === 1 ? { mentions } : {});
  else if (index % 8 === 7) await client.recall(conversation, seq);
  else if (index % 16 === 5) await client.pin(conversation, seq, true);
  else if (index % 16 === 13) {
    const asked = await client
      .poll(conversation, { question: `poll ${index}`, options: ['a', 'b'] })
      .whenSent();
    await insist(() => client.vote(conversation, asked.seq, [index % 32 === 13 ? 0 : 1]));
  } else await client.react(conversation, seq, index % 8 === 3 ? '👍' : '🎉', true);
}

/** Tries again what may succeed later. */
async function insist(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      // A recall whose answer was lost was done.
      if (!(error instanceof BerthError)) throw error;
      // Nor do members pin, and nobody more than so many; and what is of a thread, or has none, cannot be read as one.
      if (['recalled', 'forbidden', 'limit_reached', 'not_found'].includes(error.code)) return;
      if (!errorTable[error.code].retry) throw error;
      await setTimeout(error.retryAfterMs ?? 200);
    }
  }
}
