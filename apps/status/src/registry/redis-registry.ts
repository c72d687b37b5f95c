import { LuaScript, type Redis } from '@berth/redis';
import {
  type NodeAddress,
  type NodeOrder,
  type NodeRecord,
  nodeOrders,
  skipReasonOf,
} from '../placement/node-record.ts';
import { type Rules, rulesArgument } from '../placement/rules.ts';
import type { Strategy } from '../placement/strategies/strategy.ts';
import type {
  FleetSnapshot,
  KnownNode,
  News,
  NewsItem,
  Placed,
  PlacementRequest,
  Registration,
  RegistrationAnswer,
  Report,
  ReportAnswer,
} from './registry.ts';
import { aboutKey, registryKeys } from './registry-keys.ts';

const prelude = new URL('./lua/node.lua', import.meta.url);
const script = <Answer>(file: URL): LuaScript<Answer> => new LuaScript(file, prelude);

/**
 * The registry of chat nodes and the reservations on them, in Redis: read and changed only by the scripts in `lua/`,
 * timed only by Redis' clock. Every call is one round trip; rejects with what ioredis rejects with.
 */
export class RedisRegistry {
  readonly #redis: Redis;
  readonly #rules: Rules;
  readonly #rulesArgument: string;
  /** By boot, `<node> <epoch>`; replaced whenever the fleet is read. */
  #addresses = new Map<string, NodeAddress>();
  readonly #scripts = {
    register: script<['ok', string, string, number] | ['superseded', string]>(
      new URL('./lua/register.lua', import.meta.url),
    ),
    report: script<['ok', string, string] | ['stale', string] | ['unknown'] | ['superseded']>(
      new URL('./lua/report.lua', import.meta.url),
    ),
    place: script<[nowMs: string, expiresAtMs: string, lines: string]>(
      new URL('./lua/place.lua', import.meta.url),
    ),
    suspect: script<number>(new URL('./lua/suspect.lua', import.meta.url)),
    leave: script<number>(new URL('./lua/leave.lua', import.meta.url)),
    order: script<number>(new URL('./lua/order.lua', import.meta.url)),
    tell: script<string>(new URL('./lua/tell.lua', import.meta.url)),
    poll: script<[nowMs: string, version: string, bornMs: string, news: string[]]>(
      new URL('./lua/poll.lua', import.meta.url),
    ),
    fleet: script<[nowMs: string, version: string, reservations: number, bornMs: string, nodes: string[]]>(
      new URL('./lua/fleet.lua', import.meta.url),
    ),
  };

  constructor(redis: Redis, rules: Rules) {
    this.#redis = redis;
    this.#rules = rules;
    this.#rulesArgument = rulesArgument(rules);
  }

  get rules(): Rules {
    return this.#rules;
  }

  async register(node: Registration): Promise<RegistrationAnswer> {
    const answer = await this.#run(this.#scripts.register, [
      node.name,
      node.bootEpoch,
      node.instance,
      node.capacity,
      node.helloRate,
      node.zone,
      node.version,
      JSON.stringify(node.address),
    ]);
    if (answer[0] === 'superseded') return { superseded: true };
    return {
      superseded: false,
      bootEpoch: Number(answer[1]),
      nowMs: Number(answer[2]),
      order: orderOf(answer[3]),
    };
  }

  async report(name: string, bootEpoch: number, report: Report): Promise<ReportAnswer> {
    const answer = await this.#run(this.#scripts.report, [
      name,
      bootEpoch,
      report.sequence,
      report.connections,
      report.state,
      report.loopDelayP99Ms,
      report.freeMemoryBytes,
      usedPairs(report.usedReservations),
      report.leaving ?? 0,
    ]);
    if (answer[0] === 'ok') return { result: 'ok', nowMs: Number(answer[1]), rate: Number(answer[2]) };
    if (answer[0] === 'stale') return { result: 'stale', nowMs: Number(answer[1]) };
    return { result: answer[0] };
  }

  /** Places all of the requests in one call; no two may be of the same holder. */
  async place(
    order: Strategy['order'],
    requests: readonly PlacementRequest[],
  ): Promise<{ nowMs: number; placed: Placed[] }> {
    const text = requests.map(requestLine).join('\n');
    const [now, expiresAt, lines] = await this.#run(this.#scripts.place, [order, text]);
    const parsed = lines.split('\n').map(parseLine);
    const addresses = await this.#addressesOf(parsed.flatMap((line) => line.boot ?? []));
    const expiresAtMs = Math.floor(Number(expiresAt));
    const placed = parsed.map(({ boot, skips, waitMs }): Placed => {
      if (boot === undefined) return { chosen: undefined, skips, waitMs };
      const space = boot.indexOf(' ');
      const bootEpoch = Number(boot.slice(space + 1));
      const address = addresses.get(boot)!;
      return { chosen: { name: boot.slice(0, space), bootEpoch, expiresAtMs, address }, skips };
    });
    return { nowMs: Number(now), placed };
  }

  /** True when the node was marked: `sequence` was still its last. */
  async suspect(name: string, bootEpoch: number, sequence: number): Promise<boolean> {
    return (await this.#run(this.#scripts.suspect, [name, bootEpoch, sequence])) === 1;
  }

  /** True when the node left: `sequence` was still its last. */
  async leave(name: string, bootEpoch: number, sequence: number): Promise<boolean> {
    return (await this.#run(this.#scripts.leave, [name, bootEpoch, sequence])) === 1;
  }

  /** Takes effect on placement at once and reaches the node by the news; false: no such boot is registered. */
  async order(name: string, bootEpoch: number, order: NodeOrder): Promise<boolean> {
    const news = JSON.stringify({ node: name, bootEpoch, order });
    return (await this.#run(this.#scripts.order, [name, bootEpoch, nodeOrders[order], news])) === 1;
  }

  /** Answers with the revocation's id among the news. */
  revoke(revocation: object): Promise<string> {
    return this.#run(this.#scripts.tell, ['revocation', JSON.stringify(revocation)]);
  }

  /** Has so many sessions of that boot move to other nodes than those of `avoid`. */
  async move(node: string, bootEpoch: number, sessions: number, avoid: readonly string[]): Promise<void> {
    await this.#run(this.#scripts.tell, ['move', JSON.stringify({ node, bootEpoch, sessions, avoid })]);
  }

  /** Ends what has run out, and reads what is new since the news `after` (empty: of the last 10 minutes). */
  async poll(after: string, limit = 256): Promise<News> {
    const [now, version, born, news] = await this.#run(this.#scripts.poll, [after, limit]);
    const items: NewsItem[] = [];
    for (let at = 0; at < news.length; at += 3) {
      items.push({ id: news[at]!, kind: news[at + 1] as NewsItem['kind'], body: JSON.parse(news[at + 2]!) });
    }
    return { nowMs: Number(now), version: Number(version), bornMs: Number(born), items };
  }

  async fleet(): Promise<FleetSnapshot> {
    const [now, version, reservations, born, flat] = await this.#run(this.#scripts.fleet, []);
    const nodes: KnownNode[] = [];
    for (let at = 0; at < flat.length; at += 3)
      nodes.push(parseNode(flat[at]!, flat[at + 1]!, flat[at + 2]!));
    nodes.sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#addresses = new Map(nodes.map((node) => [`${node.name} ${node.epoch}`, node.address]));
    return { nowMs: Number(now), version: Number(version), bornMs: Number(born), reservations, nodes };
  }

  /** As a rule known since the fleet was last read; of boots that registered after that they are read. */
  async #addressesOf(boots: string[]): Promise<Map<string, NodeAddress>> {
    const known = this.#addresses;
    const unknown = [...new Set(boots)].filter((boot) => !known.has(boot));
    if (unknown.length === 0) return known;
    const names = unknown.map((boot) => boot.slice(0, boot.indexOf(' ')));
    const abouts = await this.#redis.hmget(aboutKey, ...names);
    unknown.forEach((boot, at) => {
      known.set(boot, JSON.parse(abouts[at]!) as NodeAddress);
    });
    return known;
  }

  #run<Answer>(lua: LuaScript<Answer>, args: (string | number)[]): Promise<Answer> {
    return lua.run(this.#redis, registryKeys, [this.#rulesArgument, ...args]);
  }
}

/** Holder and nonce of each reservation, of each holder the last. */
function usedPairs(reservations: readonly string[]): string {
  const nonces = new Map<string, string>();
  for (const id of reservations) {
    const dot = id.lastIndexOf('.');
    nonces.set(id.slice(0, dot), id.slice(dot + 1));
  }
  return Array.from(nonces, (pair) => pair.join(' ')).join(' ');
}

function requestLine({ holder, nonce, wish, preference }: PlacementRequest): string {
  const { zone, version, avoid, bootedAfter = 0 } = wish;
  const isPlain = zone === '' && version === '' && avoid.length === 0 && !wish.move && bootedAfter === 0;
  if (isPlain && !preference) return `${holder}\t${nonce}`;
  const mode = preference?.mode ?? '';
  const names = preference?.names.join(',') ?? '';
  const move = wish.move ? '1' : '';
  return [holder, nonce, zone, version, avoid.join(','), mode, names, move, bootedAfter].join('\t');
}

function parseLine(line: string): { boot?: string; skips: Placed['skips']; waitMs?: number | undefined } {
  const tab = line.indexOf('\t');
  const head = tab < 0 ? line : line.slice(0, tab);
  const skips = tab < 0 ? [] : parseSkips(line.slice(tab + 1));
  if (!head.startsWith('-')) return { boot: head, skips };
  const waitMs = Number(head.slice(1));
  return { skips, waitMs: waitMs < 0 ? undefined : waitMs };
}

function parseSkips(text: string): Placed['skips'] {
  return text.split(',').map((skip) => {
    const space = skip.indexOf(' ');
    return { node: skip.slice(0, space), reason: skipReasonOf(Number(skip.slice(space + 1))) ?? 'state' };
  });
}

const orderOf = (number: number): NodeOrder =>
  (Object.entries(nodeOrders).find(([, value]) => value === number)?.[0] ?? 'none') as NodeOrder;

const standings = ['lost', 'listed', 'left'] as const;

function parseNode(name: string, about: string, text: string): KnownNode {
  const fields = text.split(' ');
  const [zone, version, instance] = fields.slice(21).map((field) => (field === '-' ? '' : field)) as [
    string,
    string,
    string,
  ];
  const at = (index: number) => Number(fields[index]);
  const record: NodeRecord = {
    name,
    epoch: at(0),
    sequence: at(1),
    connections: at(2),
    reserved: at(3),
    capacity: at(4),
    state: at(5),
    suspect: at(6) === 1,
    leaseUntilMs: at(7),
    rate: at(8),
    fullAtMs: at(9),
    claims: at(10),
    misses: at(11),
    suspendedUntilMs: at(12),
    helloRate: at(13),
    loopDelayP99Ms: at(14),
    freeMemoryBytes: at(15),
    reportedAtMs: at(16),
    order: at(17),
    leaving: at(20),
    zone,
    version,
  };
  return {
    ...record,
    bar: at(18),
    standing: standings[at(19)] ?? 'lost',
    instance,
    address: JSON.parse(about) as NodeAddress,
  };
}
