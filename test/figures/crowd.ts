import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { BerthError } from '@berth/client';
import { errorTable } from '@berth/wire';
import {
  createDevice,
  createGroup,
  type Device,
  nextEvent,
  nodeOf,
  type Person,
  seedPeople,
  settle,
  verdict,
} from '../harness/people.ts';
import type { PlatformDoors } from '../harness/platform.ts';
import { watchSockets } from '../harness/watched-sockets.ts';

const groupSize = 10;
/** Log-ins at a time, as gate hashes so many passwords at once; and groups that are made at a time. */
const atOnce = 4;
/** A log-in that is refused for now is tried again for so long, and its connection has as long. */
const enterMs = 120_000;

/** What people noticed since the last look. */
export interface Noticed {
  texts: number;
  deliveries: number;
  /** From the moment that a text was stored to that of its delivery. */
  p50Ms: number;
  p99Ms: number;
  /** Connections that ended before their client left them. */
  abrupt: number;
  /** Without a live connection, of all people. */
  offlineMedianMs: number;
  offlineLongestMs: number;
  /** Part of the time that this process, which is all those people, waited for a core: what it noticed then is the machine's. */
  waited: number;
}

/** People in groups of ten who talk now and then, and what they notice of what happens to the platform. */
export class Crowd {
  readonly devices: Device[] = [];
  readonly #groups: Group[] = [];
  /** When each log-in was done, on this process' clock. */
  readonly enteredAt: number[] = [];
  /** Log-ins that had to be tried again, by the code of the refusal. */
  readonly refused = new Map<string, number>();
  readonly #sockets = watchSockets();
  readonly #offline = new Map<Device, { since: number | undefined; total: number; longest: number }>();
  readonly #gone = new Set<Device>();
  readonly #violations: string[] = [];
  #delays: number[] = [];
  #texts = 0;
  #said = 0;
  #waiters: { at: number; resolve: () => void }[] = [];
  #abruptBefore = 0;
  #before = { at: performance.now(), waitedMs: waitedMs() };

  /** Logs in so many more. */
  async enter(platform: PlatformDoors, count: number): Promise<void> {
    const people = await seedPeople(platform, count, 'p', 'full');
    const enterNext = async (): Promise<void> => {
      for (let person = people.shift(); person; person = people.shift()) await this.#enter(platform, person);
    };
    await Promise.all(Array.from({ length: atOnce }, enterNext));
  }

  /** Puts those from `first` on in groups, and has each say something every `pauseMs` on average. */
  async talk(first: number, pauseMs: number): Promise<void> {
    const starts: number[] = [];
    for (let start = first; start < this.devices.length; start += groupSize) starts.push(start);
    const nextGroup = async (): Promise<void> => {
      for (let start = starts.shift(); start !== undefined; start = starts.shift())
        await this.#beginGroup(start, pauseMs);
    };
    await Promise.all(Array.from({ length: atOnce }, nextGroup));
  }

  async #beginGroup(start: number, pauseMs: number): Promise<void> {
    const members = this.devices.slice(start, start + groupSize);
    const conversation = await createGroup(members, `Group ${start}`);
    const group: Group = { members, conversation, isSilent: false, talking: [] };
    group.talking = members.map((member) => this.#talk(member, group, pauseMs));
    // Whoever awaits them hears of a failure.
    for (const talking of group.talking) talking.catch(() => {});
    this.#groups.push(group);
  }

  /** Resolves once so many more texts have been stored. */
  more(count: number): Promise<void> {
    return new Promise((resolve) => this.#waiters.push({ at: this.#said + count, resolve }));
  }

  /** Resolves once everybody who has not left is connected. */
  async allOnline(): Promise<void> {
    await Promise.all(
      this.#present().map(async ({ client }) => {
        while (client.state.kind !== 'online')
          await nextEvent(client, 'state', ({ kind }) => kind === 'online', enterMs);
      }),
    );
  }

  /** So many leave for good, whole groups, the last ones that came. */
  async leave(platform: PlatformDoors, count: number): Promise<void> {
    const groups = this.#groups.splice(-count / groupSize);
    await this.#judge(platform, groups);
    for (const { members } of groups) {
      for (const member of members) this.#gone.add(member);
      // As people do: not all at the same moment.
      await Promise.all(members.map(({ client }) => client.close()));
      await sleep(20);
    }
  }

  /** How many are on each node. */
  spread(): Map<string, number> {
    const spread = new Map<string, number>();
    for (const device of this.#present()) spread.set(nodeOf(device), (spread.get(nodeOf(device)) ?? 0) + 1);
    return spread;
  }

  /** What was noticed since the last time this was asked. */
  noticed(): Noticed {
    const delays = this.#delays.sort((one, other) => one - other);
    const at = (share: number) => delays[Math.min(delays.length - 1, Math.floor(delays.length * share))] ?? 0;
    const now = performance.now();
    const offline = this.#present().map((device) => {
      const times = this.#offline.get(device)!;
      const running = times.since === undefined ? 0 : now - times.since;
      const found = { total: times.total + running, longest: Math.max(times.longest, running) };
      Object.assign(times, { total: 0, longest: 0, since: times.since === undefined ? undefined : now });
      return found;
    });
    const totals = offline.map(({ total }) => total).sort((one, other) => one - other);
    const noticed = {
      ...{ texts: this.#texts, deliveries: delays.length, p50Ms: at(0.5), p99Ms: at(0.99) },
      abrupt: this.#sockets.abrupt - this.#abruptBefore,
      offlineMedianMs: Math.round(totals[Math.floor(totals.length / 2)] ?? 0),
      offlineLongestMs: Math.round(Math.max(0, ...offline.map(({ longest }) => longest))),
      waited: (waitedMs() - this.#before.waitedMs) / (now - this.#before.at),
    };
    this.#before = { at: now, waitedMs: waitedMs() };
    this.#delays = [];
    this.#texts = 0;
    this.#abruptBefore = this.#sockets.abrupt;
    return noticed;
  }

  /** Ends the talk; answers with what the checker finds amiss. */
  async end(platform: PlatformDoors): Promise<string[]> {
    await this.#judge(platform, this.#groups);
    return this.#violations;
  }

  async close(): Promise<void> {
    for (const group of this.#groups) group.isSilent = true;
    await Promise.all(this.#present().map(({ client }) => client.close()));
  }

  async #judge(platform: PlatformDoors, groups: Group[]): Promise<void> {
    for (const group of groups) group.isSilent = true;
    await Promise.all(groups.flatMap(({ talking }) => talking));
    const devices = groups.flatMap(({ members }) => members);
    const conversations = groups.map(({ conversation }) => conversation);
    await settle(platform, devices, conversations, 120_000);
    const found = await verdict(platform, devices, conversations);
    this.#violations.push(...found.map((violation) => JSON.stringify(violation)));
  }

  #present(): Device[] {
    return this.devices.filter((device) => !this.#gone.has(device));
  }

  async #enter(platform: PlatformDoors, person: Person): Promise<void> {
    const device = createDevice(platform, person, {
      requestTimeoutMs: 60_000,
      WebSocket: this.#sockets.WebSocket,
    });
    await this.#logIn(device);
    const resumed = nextEvent(device.client, 'resumed', () => true, enterMs);
    device.client.connect();
    await resumed;
    this.enteredAt.push(performance.now());
    this.devices.push(device);
    const times: { since: number | undefined; total: number; longest: number } = {
      ...{ since: undefined, total: 0, longest: 0 },
    };
    this.#offline.set(device, times);
    device.client.on('state', ({ kind }) => {
      const now = performance.now();
      if (kind !== 'online') times.since ??= now;
      else if (times.since !== undefined) {
        times.total += now - times.since;
        times.longest = Math.max(times.longest, now - times.since);
        times.since = undefined;
      }
    });
    device.client.on('message', ({ message }) => {
      if (message.sender !== person.id) this.#delays.push(Date.now() - message.sentAt);
    });
  }

  async #logIn({ client, person: { email, password } }: Device): Promise<void> {
    for (const until = performance.now() + enterMs; ; ) {
      try {
        await client.logIn({ email, password });
        return;
      } catch (error) {
        if (!(error instanceof BerthError) || !errorTable[error.code].retry || performance.now() > until)
          throw error;
        this.refused.set(error.code, (this.refused.get(error.code) ?? 0) + 1);
        await sleep(error.retryAfterMs ?? 500);
      }
    }
  }

  async #talk(device: Device, group: Group, pauseMs: number): Promise<void> {
    for (let index = 0; ; index++) {
      await sleep(2 * pauseMs * Math.random());
      if (group.isSilent) return;
      await device.say(group.conversation, `${device.person.name} ${index}`);
      this.#texts++;
      this.#said++;
      this.#waiters = this.#waiters.filter(({ at, resolve }) => this.#said < at || resolve());
    }
  }
}

interface Group {
  members: Device[];
  conversation: number;
  isSilent: boolean;
  talking: Promise<void>[];
}

/** How long this process has been ready to run and had no core. */
const waitedMs = (): number => Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6;
