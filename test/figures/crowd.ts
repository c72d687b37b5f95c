import { setTimeout as sleep } from 'node:timers/promises';
import {
  connectDevice,
  createGroup,
  type Device,
  nodeOf,
  type Person,
  seedPeople,
  settle,
  verdict,
} from '../harness/people.ts';
import type { PlatformDoors } from '../harness/platform.ts';
import { watchSockets } from '../harness/watched-sockets.ts';

const groupSize = 10;
/** Log-ins at a time: gate hashes so many passwords at once. */
const atOnce = 4;

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
}

/** People in groups of ten who talk now and then, and what they notice of what happens to the platform. */
export class Crowd {
  readonly devices: Device[] = [];
  readonly #groups: Group[] = [];
  /** When each log-in was done, on this process' clock. */
  readonly enteredAt: number[] = [];
  readonly #sockets = watchSockets();
  readonly #offline = new Map<Device, { since: number | undefined; total: number; longest: number }>();
  readonly #gone = new Set<Device>();
  readonly #violations: string[] = [];
  #delays: number[] = [];
  #texts = 0;
  #abruptBefore = 0;

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
    for (let start = first; start < this.devices.length; start += groupSize) {
      const members = this.devices.slice(start, start + groupSize);
      const conversation = await createGroup(members, `Group ${start}`);
      const group: Group = { members, conversation, isSilent: false, talking: [] };
      group.talking = members.map((member) => this.#talk(member, group, pauseMs));
      this.#groups.push(group);
    }
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
    };
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
    const device = await connectDevice(platform, person, {
      requestTimeoutMs: 60_000,
      WebSocket: this.#sockets.WebSocket,
    });
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

  async #talk(device: Device, group: Group, pauseMs: number): Promise<void> {
    for (let index = 0; ; index++) {
      await sleep(2 * pauseMs * Math.random());
      if (group.isSilent) return;
      await device.say(group.conversation, `${device.person.name} ${index}`);
      this.#texts++;
    }
  }
}

interface Group {
  members: Device[];
  conversation: number;
  isSilent: boolean;
  talking: Promise<void>[];
}
