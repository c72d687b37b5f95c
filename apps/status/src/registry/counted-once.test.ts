import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useRedis } from '@berth/fixtures';
import fc from 'fast-check';
import { defaultRules } from '../placement/rules.ts';
import { usedOf } from '../planner/growth.ts';
import { snapshotOf } from '../planner/plan-snapshot.ts';
import { RedisRegistry } from './redis-registry.ts';

const stores = useRedis();
// Nobody waits for a token, and no reservation ends by itself: what becomes of those is told by scripts.test.ts.
const rules = { ...defaultRules, admissionRate: 100_000, reservationMs: 600_000, leaseMs: 600_000 };
const names = ['a', 'b', 'c'];

/** A chat node, as far as it is counted. */
class Node {
  readonly name: string;
  epoch = 0;
  boots = 0;
  sequence = 0;
  readonly connected = new Set<number>();
  readonly leaving = new Set<number>();
  /** Used reservations that no ack has named. */
  readonly used = new Set<string>();

  constructor(name: string) {
    this.name = name;
  }

  async boot(registry: RedisRegistry): Promise<void> {
    this.boots++;
    const answer = await registry.register({
      ...{ name: this.name, bootEpoch: 0, instance: `${this.name}${this.boots}`, capacity: 50, helloRate: 0 },
      ...{ zone: '', version: '' },
      address: { peerAddress: 'p:1', clientHost: 'c', clientPort: 1, clientUrl: 'ws://c' },
    });
    assert.ok(!answer.superseded);
    this.epoch = answer.bootEpoch;
    this.sequence = 0;
    for (const set of [this.connected, this.leaving, this.used]) set.clear();
  }

  async report(registry: RedisRegistry, lost: 'request' | 'answer' | 'nothing' = 'nothing'): Promise<void> {
    this.sequence++;
    if (lost === 'request') return;
    const usedReservations = [...this.used];
    const { result } = await registry.report(this.name, this.epoch, {
      ...{ sequence: this.sequence, connections: this.connected.size, leaving: this.leaving.size },
      ...{ state: 1, loopDelayP99Ms: 5, freeMemoryBytes: 1, usedReservations },
    });
    assert.equal(result, 'ok');
    if (lost === 'nothing') this.used.clear();
  }
}

/** Sessions that come, move and go between three nodes whose reports are lost at times. */
class People {
  readonly registry = new RedisRegistry(stores.redis, rules);
  readonly nodes = names.map((name) => new Node(name));
  /** Places that were given and not taken yet. */
  readonly tickets = new Map<number, { node: Node; reservation: string }>();
  #nonce = 0;

  async begin(): Promise<void> {
    for (const node of this.nodes) {
      await node.boot(this.registry);
      await node.report(this.registry);
    }
  }

  /** The nodes that a session is connected to: two while it moves. */
  homes(session: number): Node[] {
    return this.nodes.filter(({ connected }) => connected.has(session));
  }

  /** A place for one who comes, or who moves; whoever asks again has the last one only. */
  async place(session: number): Promise<void> {
    const homes = this.homes(session);
    if (homes.length > 1) return;
    const holder = `${session}.web.12345678`;
    const nonce = `n${++this.#nonce}`;
    const avoid = homes.map(({ name }) => name);
    const wish = { userId: session, deviceClass: 'web', zone: '', version: '', avoid };
    const { placed } = await this.registry.place('least', [{ holder, nonce, wish }]);
    const node = this.nodes.find(({ name }) => name === placed[0]!.chosen?.name);
    if (node === undefined) this.tickets.delete(session);
    else this.tickets.set(session, { node, reservation: `${holder}.${nonce}` });
    for (const { leaving } of homes)
      if (node === undefined) leaving.delete(session);
      else leaving.add(session);
  }

  arrive(session: number): void {
    const ticket = this.tickets.get(session);
    if (ticket === undefined) return;
    this.tickets.delete(session);
    ticket.node.connected.add(session);
    ticket.node.used.add(ticket.reservation);
  }

  /** From where it has moved, or for good. */
  leave(session: number): void {
    const [node] = this.homes(session).sort(
      (one, other) => Number(other.leaving.has(session)) - Number(one.leaving.has(session)),
    );
    if (node === undefined || this.tickets.has(session)) return;
    node.connected.delete(session);
    node.leaving.delete(session);
  }

  /** Everybody on it, and on the way to it, is lost; those who were to move there stay where they are. */
  async restart(node: Node): Promise<void> {
    for (const [session, ticket] of this.tickets) {
      if (ticket.node !== node) continue;
      this.tickets.delete(session);
      for (const { leaving } of this.nodes) leaving.delete(session);
    }
    for (const session of node.connected) for (const { leaving } of this.nodes) leaving.delete(session);
    await node.boot(this.registry);
    // Whoever was to move from there comes as one who has no connection.
    await node.report(this.registry);
  }

  /** So many there are, and are counted once all have reported. */
  async counted(): Promise<[are: number, counted: number]> {
    for (const node of this.nodes) await node.report(this.registry);
    const there = new Set([...this.tickets.keys(), ...this.nodes.flatMap(({ connected }) => [...connected])]);
    return [there.size, usedOf(snapshotOf(await this.registry.fleet(), 3).nodes)];
  }
}

const session = fc.integer({ min: 1, max: 12 });
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('place' as const), session }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('arrive' as const), session }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), session }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('report' as const),
      at: fc.nat(2),
      lost: fc.constantFrom('request' as const, 'answer' as const, 'nothing' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), at: fc.nat(2) }) },
);

test('every session is counted once, whoever comes, moves and goes, and whatever report is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 20, maxLength: 80, size: 'max' }), async (acts) => {
      await stores.redis.flushall();
      const people = new People();
      await people.begin();
      for (const next of acts) {
        if (next.do === 'place') await people.place(next.session);
        else if (next.do === 'report') await people.nodes[next.at]!.report(people.registry, next.lost);
        else if (next.do === 'restart') await people.restart(people.nodes[next.at]!);
        else people[next.do](next.session);
      }
      const [are, counted] = await people.counted();
      assert.equal(counted, are);
    }),
    { numRuns: 60, interruptAfterTimeLimit: 20_000 },
  );
});
