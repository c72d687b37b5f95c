import { argon2Sync, randomBytes } from 'node:crypto';
import { ClientLog, check, type Interval, type Violation } from '@berth/checker';
import {
  type BerthClient,
  BerthError,
  type ClientEvents,
  type ClientOptions,
  type ConnectionState,
  createClient,
} from '@berth/client';
import { eventually } from '@berth/fixtures';
import { keepLog, logAnew } from './kept-log.ts';
import type { PlatformDoors } from './platform.ts';

export interface Person {
  id: number;
  name: string;
  email: string;
  password: string;
}

/** One device of a person: a client, and the log of what it did and saw. */
export interface Device {
  person: Person;
  client: BerthClient;
  log: ClientLog;
  states: ConnectionState[];
  /** Sends a text and logs it, and its acknowledgement. */
  say(
    conversation: number,
    text: string,
    options?: Parameters<BerthClient['send']>[2],
  ): Promise<{ seq: number; sentAt: number }>;
  /** Has read a thread up to a seq, and logs how far that is. */
  readThread(conversation: number, root: number, upTo: number): Promise<void>;
}

const password = 'Harbour-light-9';
/** What a log-in costs gate, which goes by the hash that it finds: next to nothing, or what it costs people who register. */
const costs = { little: { memory: 8, passes: 1 }, full: { memory: 19_456, passes: 2 } };
type Cost = keyof typeof costs;
const hashes = new Map<Cost, string>();

function hashAt(cost: Cost): string {
  const nonce = randomBytes(16);
  const { memory, passes } = costs[cost];
  const options = { message: password, nonce, parallelism: 1, tagLength: 32, memory, passes };
  const plain = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  return `$argon2id$v=19$m=${memory},t=${passes},p=1$${plain(nonce)}$${plain(argon2Sync('argon2id', options))}`;
}

/** Accounts by bulk insert, all with one password; registering by mail has tests of its own. */
export async function seedPeople(
  platform: PlatformDoors,
  count: number,
  prefix = 'p',
  cost: Cost = 'little',
): Promise<Person[]> {
  const people: Person[] = [];
  const hash = hashes.get(cost) ?? hashAt(cost);
  hashes.set(cost, hash);
  const run = randomBytes(3).toString('hex');
  for (let index = 0; index < count; index++) {
    const name = `${prefix}${index}-${run}`;
    const email = `${name}@example.org`;
    const { insertId } = await platform.db.run(
      'INSERT INTO users (email_key, name_key, name, nick, password_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)',
      [email, name, name, name, hash, Date.now()],
    );
    people.push({ id: insertId, name, email, password });
  }
  return people;
}

/** A device that is logged in, connected and resumed. */
export async function connectDevice(
  platform: PlatformDoors,
  person: Person,
  options: Partial<ClientOptions> = {},
): Promise<Device> {
  const device = createDevice(platform, person, options);
  await logInWhenThereIsRoom(device, person);
  const resumed = nextEvent(device.client, 'resumed');
  device.client.connect();
  await resumed;
  return device;
}

/** A device of each, one after the other: places that are asked for together may be on one node. */
export async function connectInTurn(platform: PlatformDoors, people: readonly Person[]): Promise<Device[]> {
  const devices: Device[] = [];
  for (const person of people) devices.push(await connectDevice(platform, person));
  return devices;
}

/** Waits until a person can log in and be connected, as after a fault; leaves again. */
export async function getsIn(platform: PlatformDoors, person: Person): Promise<void> {
  await eventually(
    'someone new can log in',
    async () => {
      const device = await connectDevice(platform, person);
      await device.client.close();
      return true;
    },
    90_000,
  );
}

/** A node that has just started takes few log-ins a second, and a part may be slow: who is told to come again does, for at most 30 s. */
async function logInWhenThereIsRoom({ client }: Device, { email, password }: Person): Promise<void> {
  const until = performance.now() + 30_000;
  for (;;) {
    try {
      await client.logIn({ email, password });
      return;
    } catch (error) {
      const isToComeAgain = error instanceof BerthError && ['no_berth', 'unavailable'].includes(error.code);
      if (!isToComeAgain || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? 500));
    }
  }
}

export function createDevice(
  platform: PlatformDoors,
  person: Person,
  options: Partial<ClientOptions> = {},
): Device {
  const client = createClient({ gateUrl: platform.gateUrl, startAt: 'beginning', ...options });
  platform.beforeClose?.(() => client.close());
  const log = new ClientLog(`${person.name}/${options.deviceClass ?? 'web'}`, person.id);
  const states: ConnectionState[] = [];
  keepLog(client, person.id, log);
  client.on('state', (state) => states.push(state));
  return {
    person,
    client,
    log,
    states,
    say: async (conversation, text, options) => {
      const outgoing = client.send(conversation, text, options);
      log.sent(conversation, outgoing.cid, text);
      const sent = await outgoing.whenSent();
      log.acked(conversation, outgoing.cid, sent.seq);
      return sent;
    },
    readThread: async (conversation, root, upTo) => {
      const { read } = await client.request('threadMark', { conversation, root, read: upTo });
      log.threadRead(conversation, root, read);
    },
  };
}

/** The next event of that name that `wanted` accepts. */
export function nextEvent<E extends Parameters<BerthClient['on']>[0]>(
  client: BerthClient,
  event: E,
  wanted: (value: EventValue<E>) => boolean = () => true,
  timeoutMs = 30_000,
): Promise<EventValue<E>> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`no ${event} within ${timeoutMs} ms; the client is ${JSON.stringify(client.state)}`));
    }, timeoutMs);
    const stop = client.on(event, (value) => {
      if (!wanted(value)) return;
      clearTimeout(timer);
      stop();
      resolve(value);
    });
  });
}

type EventValue<E extends Parameters<BerthClient['on']>[0]> = ClientEvents[E];

export const nodeOf = (device: Device): string =>
  device.client.state.kind === 'online' ? device.client.state.node : 'none';

/** Makes two people friends through their clients; answers with their direct conversation. */
export async function befriend(one: Device, other: Device): Promise<number> {
  await one.client.request('friendRequest', { user: other.person.id });
  const { friend } = await other.client.request('friendAccept', { user: one.person.id });
  return friend.conversation;
}

/** A group of all the devices' people, created by the first. */
export async function createGroup(devices: Device[], title: string): Promise<number> {
  const [owner, ...others] = devices;
  for (const other of others) await befriend(owner!, other);
  const { conversation } = await owner!.client.request('groupCreate', {
    cid: randomBytes(8).toString('hex'),
    title,
    members: others.map((device) => device.person.id),
  });
  return conversation.conversation;
}

/** Waits until every device has everything of the conversations that it is a member of. */
export async function settle(
  platform: PlatformDoors,
  devices: Device[],
  conversations: number[],
  timeoutMs = 60_000,
): Promise<void> {
  for (const conversation of conversations) {
    const [row] = await platform.db.rows<{ head: number | null }>(
      'SELECT MAX(seq) AS head FROM messages WHERE conversation_id = ?',
      [conversation],
    );
    const head = row?.head ?? 0;
    const members = await platform.db.rows<{ user_id: number; left_seq: number | null }>(
      'SELECT user_id, left_seq FROM members WHERE conversation_id = ?',
      [conversation],
    );
    for (const device of devices) {
      const member = members.find(({ user_id }) => user_id === device.person.id);
      if (!member || member.left_seq !== null) continue;
      await eventually(
        `${device.log.device} has ${conversation} up to ${head}`,
        () => {
          if (device.client.mark(conversation) >= head) return true;
          throw new Error(
            `it is at ${device.client.mark(conversation)}, ${JSON.stringify(device.client.state)}`,
          );
        },
        timeoutMs,
      );
    }
  }
}

/**
 * To be called once nothing happens any more: everybody comes on one device more, which was not there before, and on all devices
 * looks at everything anew. Answers with all devices.
 */
export async function lookAgain(
  platform: PlatformDoors,
  devices: Device[],
  conversations: number[],
): Promise<Device[]> {
  const people = [...new Set(devices.map(({ person }) => person))];
  const late: Device[] = [];
  // A few log-ins at a time.
  for (let start = 0; start < people.length; start += 4) {
    const few = people.slice(start, start + 4);
    late.push(
      ...(await Promise.all(few.map((person) => connectDevice(platform, person, { deviceClass: 'late' })))),
    );
  }
  const all = [...devices, ...late];
  await settle(platform, all, conversations);
  for (const conversation of conversations) {
    const rows = await platform.db.rows<{ user_id: number }>(
      'SELECT user_id FROM members WHERE conversation_id = ? AND left_seq IS NULL',
      [conversation],
    );
    const members = new Set(rows.map(({ user_id }) => user_id));
    for (const { person, client, log } of all)
      if (members.has(person.id)) await logAnew(client, log, conversation);
  }
  return all;
}

/** The checker's verdict over the devices' logs, the members' intervals taken from the database. */
export async function verdict(
  platform: PlatformDoors,
  devices: Device[],
  conversations: number[],
): Promise<Violation[]> {
  const intervals: Interval[] = [];
  for (const conversation of conversations) {
    const rows = await platform.db.rows<{ user_id: number; joined_seq: number; left_seq: number | null }>(
      `SELECT user_id, joined_seq, left_seq FROM members WHERE conversation_id = ?
       UNION ALL SELECT user_id, joined_seq, left_seq FROM member_intervals WHERE conversation_id = ?`,
      [conversation, conversation],
    );
    for (const { user_id, joined_seq, left_seq } of rows) {
      intervals.push({
        conversation,
        user: user_id,
        joinedSeq: joined_seq,
        ...(left_seq !== null && { leftSeq: left_seq }),
      });
    }
  }
  return check(
    devices.map(({ log }) => log),
    intervals,
  );
}

export async function closeAll(devices: Device[]): Promise<void> {
  await Promise.all(devices.map(({ client }) => client.close()));
}
