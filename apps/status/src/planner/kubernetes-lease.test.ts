import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubernetesApi, KubernetesError } from './kubernetes-api.ts';
import { KubernetesLease } from './kubernetes-lease.ts';

/** As much of an API server as a Lease needs: one object with a version. */
class Cluster {
  lease: { metadata: { resourceVersion: string }; spec: Record<string, unknown> } | undefined;
  isAway = false;
  #version = 0;

  readonly api = {
    call: async (
      method: string,
      path: string,
      body?: { metadata: { resourceVersion?: string }; spec: object },
    ) => {
      if (this.isAway) throw new Error('ECONNREFUSED');
      if (method === 'GET' && !this.lease) throw new KubernetesError('not found', 404);
      if (method === 'GET') return structuredClone(this.lease);
      assert.match(path, method === 'POST' ? /\/leases$/ : /\/leases\/chat-planner$/);
      const isStale = body!.metadata.resourceVersion !== this.lease?.metadata.resourceVersion;
      if (isStale) throw new KubernetesError('conflict', 409);
      this.lease = { metadata: { resourceVersion: String(++this.#version) }, spec: { ...body!.spec } };
      return this.lease;
    },
  } as unknown as KubernetesApi;
}

function replicas() {
  const cluster = new Cluster();
  const clock = { ms: 0 };
  const of = (holder: string) =>
    new KubernetesLease({
      ...{ api: cluster.api, namespace: 'berth', name: 'chat-planner', holder },
      clock: () => clock.ms,
    });
  return { cluster, clock, one: of('one'), two: of('two') };
}

test('one holds it at a time, renews it, and is followed when it has been silent for long', async () => {
  const { cluster, clock, one, two } = replicas();
  assert.deepEqual([await one.hold(), await two.hold()], [true, false]);
  clock.ms = 14_000;
  assert.deepEqual([await one.hold(), await two.hold()], [true, false]);
  clock.ms = 28_000;
  assert.equal(await two.hold(), false, 'it was renewed meanwhile');
  clock.ms = 29_001;
  assert.equal(await two.hold(), true);
  assert.equal(await one.hold(), false, 'whoever was away leads no more');
  assert.deepEqual([cluster.lease!.spec.holderIdentity, cluster.lease!.spec.leaseTransitions], ['two', 1]);
  assert.match(String(cluster.lease!.spec.renewTime), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
});

test('of two who find it free at the same moment one gets it', async () => {
  const { clock, one, two } = replicas();
  assert.deepEqual((await Promise.all([one.hold(), two.hold()])).sort(), [false, true]);
  clock.ms = 16_000;
  const three = await Promise.all([one.hold(), two.hold()]);
  assert.ok(three.filter(Boolean).length <= 1);
});

test('with the API server away nobody leads', async () => {
  const { cluster, one } = replicas();
  assert.equal(await one.hold(), true);
  cluster.isAway = true;
  await assert.rejects(one.hold(), /ECONNREFUSED/);
  cluster.isAway = false;
  assert.equal(await one.hold(), true);
});
