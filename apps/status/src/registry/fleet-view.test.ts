import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually, useRedis } from '@berth/fixtures';
import { createLog } from '@berth/telemetry';
import { defaultRules } from '../placement/rules.ts';
import { FleetView } from './fleet-view.ts';
import { RedisRegistry } from './redis-registry.ts';
import type { FleetSnapshot } from './registry.ts';

const stores = useRedis();
const log = createLog('status', 'error', { write: () => {} });
const address = { peerAddress: 'a:1', clientHost: 'a', clientPort: 2, clientUrl: 'ws://a' };
const node = { bootEpoch: 0, instance: 'one', capacity: 100, helloRate: 0, zone: '', version: '', address };

/** A registry that is emptied between a poll and the reading of the fleet that follows it. */
class EmptiedRegistry extends RedisRegistry {
  isToBeEmptied = false;
  emptied = 0;

  override async fleet(): Promise<FleetSnapshot> {
    if (this.isToBeEmptied) {
      this.isToBeEmptied = false;
      await stores.redis.flushall();
      this.emptied++;
    }
    return super.fleet();
  }
}

test('peers stay when the registry is emptied between a poll and a reading', async () => {
  const registry = new EmptiedRegistry(stores.redis, defaultRules);
  await registry.register({ ...node, name: 'a' });
  await registry.register({ ...node, name: 'b' });
  const view = new FleetView({ registry, log, pollMs: 10, readMs: 10 });
  const told: string[] = [];
  view.onPeers = ({ nodes }) => told.push(nodes.map(({ name }) => name).join());
  await view.start();
  assert.deepEqual(told, ['a,b']);
  registry.isToBeEmptied = true;
  await eventually('it is read again', () => registry.emptied === 1 && view.snapshot?.nodes.length === 0);
  await registry.register({ ...node, name: 'c' });
  await eventually('a new one is told of', () => view.peers?.nodes.length === 3);
  await view.close();
  assert.deepEqual(told, ['a,b', 'c,a,b']);
});
