import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { createLog } from '@berth/telemetry';
import type { SessionIndex } from '../../session/session-index.ts';
import { Fleet } from '../peers/fleet.ts';
import type { RedisRouteStore, Route } from '../routes/redis-route-store.ts';
import { Presence, type PresenceOptions } from './presence.ts';

const nodeOf = (name: string) => ({ name, bootEpoch: 1, peerAddress: '' });
const friends = 5_000;
const users = [1_000_001, 1_000_002];

test('after nodes have gone all friends are looked at once for all of them, some at a time', async () => {
  const [told, reads] = [new Set<number>(), [] as number[]];
  let [reading, mostReading] = [0, 0];
  const index = {
    users: () => users.values(),
    // What a watcher is told goes to its sessions.
    sessionsOf: (user: number) => {
      if (!users.includes(user)) return [];
      const push = (frame: Uint8Array) => {
        const body = JSON.parse(Buffer.from(frame).subarray(4).toString()) as { changes: { user: number }[] };
        for (const change of body.changes) told.add(change.user);
      };
      return [{ push }];
    },
  } as unknown as SessionIndex;
  const store = {
    read: async (asked: readonly number[]): Promise<Route[][]> => {
      reads.push(asked.length);
      mostReading = Math.max(mostReading, ++reading);
      await new Promise((resolve) => setImmediate(resolve));
      reading--;
      // Every hundredth lived on a node that goes, one after the other.
      return asked.map((user) =>
        user % 100 === 0 ? [{ ...({} as Route), node: `node-${user % 300}`, bootEpoch: 1 }] : [],
      );
    },
  } as unknown as RedisRouteStore;
  const fleet = new Fleet('self');
  const options = {
    ...{ index, store, fleet, links: {}, log: createLog('chat', 'silent') },
    queries: {
      friendsOf: async (of: readonly number[]) =>
        new Map(of.map((user) => [user, Array.from({ length: friends }, (_, at) => at + 1)])),
    },
    online: { amongUsers: async () => new Set<number>(), sessionsOf: async () => new Set<string>() },
    ...{ broadcastNodes: 8, flushMs: 10, graceMs: 0, deathMs: 20 },
  } as unknown as PresenceOptions;
  const presence = new Presence(options);
  presence.start();
  const nodes = ['node-0', 'node-100', 'node-200'].map(nodeOf);
  fleet.update(1, nodes);
  fleet.update(2, []);
  await eventually('everybody who lived there is told', () => told.size === friends / 100, 60_000);
  presence.close();
  assert.equal(mostReading, 1);
  assert.ok(Math.max(...reads) <= 1_000, `${Math.max(...reads)} at once`);
  const looks = reads.reduce((sum, count) => sum + count, 0) / friends;
  assert.ok(looks <= nodes.length, `${looks} looks for ${nodes.length} nodes`);
});
