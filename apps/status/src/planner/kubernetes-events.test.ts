import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '@berth/telemetry';
import { moveEvent, orderEvent, stepEvent } from './fleet-events.ts';
import { type KubernetesApi, KubernetesError } from './kubernetes-api.ts';
import { KubernetesEvents } from './kubernetes-events.ts';

interface Event {
  metadata: { name: string; namespace: string };
  involvedObject: { kind: string; name: string; uid: string };
  reason: string;
  message: string;
  count: number;
}

/** As much of an API server as events need: those written, one Deployment and one pod. */
class Cluster {
  readonly events = new Map<string, Event>();
  isAway = false;
  calls = 0;
  readonly api = {
    call: async (method: string, path: string, body?: Event) => {
      this.calls += 1;
      if (this.isAway) throw new Error('ECONNREFUSED');
      if (path.endsWith('/deployments/chat/scale')) return { metadata: { uid: 'uid-of-chat' } };
      if (path.includes('/pods?')) {
        const isThere = decodeURIComponent(path).endsWith('=status.podIP=10.0.0.7');
        return {
          items: isThere
            ? [{ metadata: { name: 'chat-abc', uid: 'uid-of-pod' }, status: { podIP: '10.0.0.7' } }]
            : [],
        };
      }
      const [, name] = /^\/api\/v1\/namespaces\/berth\/events(?:\/(.+))?$/.exec(path)!;
      if (method === 'POST') {
        assert.equal(body!.metadata.namespace, 'berth');
        this.events.set(body!.metadata.name, body!);
        return body;
      }
      const known = this.events.get(name!);
      if (!known) throw new KubernetesError('not found', 404);
      return Object.assign(known, body);
    },
  } as unknown as KubernetesApi;
}

function recorder() {
  const cluster = new Cluster();
  const clock = { ms: 0 };
  const events = new KubernetesEvents({
    ...{ api: cluster.api, namespace: 'berth', deployment: 'chat', instance: 'status-1' },
    log: createLog('status', 'error', { write: () => {} }),
    clock: () => clock.ms,
  });
  return { cluster, clock, events };
}

test('what happens to the fleet is told where it happened: with the pod of a node, else with the Deployment', async () => {
  const { cluster, events } = recorder();
  events.record(orderEvent('10-0-0-7', 'cordon', 'ordered by ci'));
  events.record(orderEvent('10-0-0-8', 'drain', 'ordered by ci'));
  events.record(orderEvent('10-0-0-7', 'none', 'ordered by ci'));
  events.record(stepEvent({ do: 'scale', to: 5 }, 3, 'growth'));
  events.record(stepEvent({ do: 'remove', node: '10-0-0-7', to: 4 }, 5, 'calm'));
  events.record(moveEvent('10-0-0-7', 40, 'uneven'));
  events.record({ reason: 'LeaderChanged', message: 'status-1 plans the fleet now' });
  await events.close();
  assert.deepEqual(
    [...cluster.events.values()].map(({ reason, involvedObject: { kind, name, uid }, message }) =>
      [reason, kind, name, uid, message].join(' | '),
    ),
    [
      'Cordoned | Pod | chat-abc | uid-of-pod | 10-0-0-7 gets no more log-ins (ordered by ci)',
      'Draining | Deployment | chat | uid-of-chat | 10-0-0-8 is being emptied: its sessions move to other nodes (ordered by ci)',
      'Uncordoned | Pod | chat-abc | uid-of-pod | 10-0-0-7 is in service again (ordered by ci)',
      'ScaledOut | Deployment | chat | uid-of-chat | from 3 to 5 chat nodes (growth)',
      'ScaledIn | Deployment | chat | uid-of-chat | from 5 to 4 chat nodes; 10-0-0-7 is empty and goes first (calm)',
      'Rebalancing | Pod | chat-abc | uid-of-pod | 40 sessions are to leave 10-0-0-7 (uneven)',
      'LeaderChanged | Deployment | chat | uid-of-chat | status-1 plans the fleet now',
    ],
  );
});

test('what happens again is counted in one event; one that the cluster has forgotten is written anew', async () => {
  const { cluster, events, clock } = recorder();
  const same = orderEvent('10-0-0-7', 'drain', 'calm');
  for (let round = 0; round < 3; round++) events.record(same);
  await events.close();
  assert.deepEqual(
    [...cluster.events.values()].map(({ count }) => count),
    [3],
  );
  cluster.events.clear();
  events.record(same);
  await events.close();
  assert.deepEqual(
    [...cluster.events.values()].map(({ count }) => count),
    [1],
  );
  clock.ms += 600_001;
  events.record({ ...same, message: 'later' });
  await events.close();
  assert.equal(cluster.events.size, 2);
});

test('a storm of them is cut short, and none of it keeps the planner waiting', async () => {
  const { cluster, events, clock } = recorder();
  for (let count = 0; count < 1_000; count++) events.record(orderEvent('10-0-0-7', 'drain', `${count}`));
  await events.close();
  assert.equal(cluster.events.size, 25);
  assert.equal(events.dropped, 975);
  clock.ms += 6_000;
  for (let count = 0; count < 10; count++) events.record(orderEvent('10-0-0-7', 'drain', `again ${count}`));
  await events.close();
  assert.equal(cluster.events.size, 27);
});

test('with the API server away they are dropped, and the next one is written again', async () => {
  const { cluster, events } = recorder();
  cluster.isAway = true;
  events.record(orderEvent('10-0-0-7', 'drain', 'calm'));
  await events.close();
  assert.equal(events.dropped, 1);
  cluster.isAway = false;
  events.record(orderEvent('10-0-0-7', 'drain', 'calm'));
  await events.close();
  assert.equal(cluster.events.size, 1);
});
