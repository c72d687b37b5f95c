import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AwsConfig, KindConfig } from '../config.ts';
import type { ClusterObject } from '../kubectl.ts';
import { awaitedOf } from './awaited.ts';
import { missingImages } from './node-images.ts';
import { releaseTimeout } from './release-timeout.ts';
import { stuckPods } from './stuck-pods.ts';
import { troublesOf } from './troubles.ts';

const begun = Date.parse('2026-01-31T12:00:00Z');

const pod = (name: string, status: object): ClusterObject => ({ kind: 'Pod', metadata: { name }, status });
const waiting = (reason: string, more: object = {}): object => ({
  containerStatuses: [
    { name: 'haproxy', image: 'haproxy:2.6', restartCount: 3, state: { waiting: { reason } }, ...more },
  ],
});
const event = (reason: string, message: string, more: object = {}): ClusterObject => ({
  ...{ kind: 'Event', metadata: { name: 'event' }, type: 'Warning', reason, message },
  ...{
    involvedObject: { kind: 'Pod', name: 'berth-gate-6c9d8f7b5d-x2x4z' },
    lastTimestamp: '2026-01-31T12:01:00Z',
    count: 1,
  },
  ...more,
});

test('a container that ends again and again is told of, and that its last words are to be asked for', () => {
  const name = 'berth-edge-56f8b575b4-zszhl';
  const crashed = waiting('CrashLoopBackOff', {
    lastState: { terminated: { exitCode: 1, reason: 'Error' } },
  });
  const [trouble, ...more] = troublesOf([pod(name, crashed)], begun);
  assert.deepEqual(more, []);
  assert.equal(
    trouble!.text,
    `pod ${name}: container haproxy of haproxy:2.6: CrashLoopBackOff: restarts: 3, ended with Error (exit code 1)`,
  );
  assert.deepEqual(trouble!.crashed, { pod: name, container: 'haproxy' });
});

test('pods that are on their way are no trouble', () => {
  for (const reason of ['ContainerCreating', 'PodInitializing', undefined])
    assert.deepEqual(troublesOf([pod('berth-gate-6c9d8f7b5d-x2x4z', waiting(reason as string))], begun), []);
  assert.deepEqual(troublesOf([pod('berth-gate-6c9d8f7b5d-x2x4z', {})], begun), []);
});

test('a pod that will never be ready is in the way of what its StatefulSet is to be by now', () => {
  const mysql = (revision: string, status: object): ClusterObject => ({
    ...pod('stores-mysql-0', status),
    metadata: {
      name: 'stores-mysql-0',
      labels: { 'controller-revision-hash': revision },
      ownerReferences: [{ kind: 'StatefulSet', name: 'stores-mysql' }],
    },
  });
  const set = (updateRevision: string): ClusterObject => ({
    ...{ kind: 'StatefulSet', metadata: { name: 'stores-mysql' }, status: { updateRevision } },
  });
  const pull = waiting('ImagePullBackOff');
  assert.deepEqual(stuckPods([set('stores-mysql-2'), mysql('stores-mysql-1', pull)]), ['stores-mysql-0']);
  // That is what is wanted, for all that is known; or it is on its way; or its Deployment replaces it by itself.
  assert.deepEqual(stuckPods([set('stores-mysql-1'), mysql('stores-mysql-1', pull)]), []);
  assert.deepEqual(stuckPods([set('stores-mysql-2'), mysql('stores-mysql-1', {})]), []);
  assert.deepEqual(stuckPods([set('stores-mysql-2'), pod('berth-edge-56f8b575b4-zszhl', pull)]), []);
});

test('pods of one Deployment have one trouble', () => {
  const pull = waiting('ImagePullBackOff');
  const names = ['berth-edge-56f8b575b4-zszhl', 'berth-edge-56f8b575b4-25jk2', 'berth-gate-6c9d8f7b5d-x2x4z'];
  const keys = troublesOf(
    names.map((name) => pod(name, pull)),
    begun,
  ).map(({ key }) => key);
  assert.equal(new Set(keys).size, 2);
});

test('what is waited for is told by part, with how far it is', () => {
  const of = (part: string, status: object, labels = {}): ClusterObject => ({
    ...pod(`berth-${part}-6c9d8f7b5d-x2x4z`, status),
    metadata: {
      name: `berth-${part}-6c9d8f7b5d-x2x4z`,
      labels: { 'app.kubernetes.io/component': part, ...labels },
    },
  });
  const scheduled = { type: 'PodScheduled', status: 'True' };
  const running = { containerStatuses: [{ state: { running: {} } }], conditions: [scheduled] };
  const all = [
    of('gate', running),
    of('gate', { phase: 'Pending', conditions: [scheduled] }),
    of('mysql', {
      ...{ initContainerStatuses: [{ state: { running: {} } }], conditions: [scheduled] },
      containerStatuses: [{ state: { waiting: {} } }],
    }),
    of('edge', { phase: 'Pending' }),
    of('migrate', running, { 'batch.kubernetes.io/job-name': 'berth-migrate-1' }),
    of('verify', { ...running, conditions: [scheduled, { type: 'Ready', status: 'True' }] }),
    of('probe', { phase: 'Succeeded' }),
  ];
  assert.equal(
    awaitedOf(all),
    '2 of gate (being created, starting), edge (has no node yet), migrate (running), mysql (preparing)',
  );
  assert.equal(awaitedOf([]), '');
});

test('warnings since the start are told, older ones and passing ones are not', () => {
  const told = (one: ClusterObject) => troublesOf([one], begun).map(({ text }) => text);
  assert.deepEqual(told(event('FailedScheduling', '0/1 nodes are available: 1 Insufficient cpu.')), [
    'pod berth-gate-6c9d8f7b5d-x2x4z: FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu.',
  ]);
  assert.deepEqual(told(event('FailedMount', 'no Secret', { lastTimestamp: '2026-01-31T11:59:00Z' })), []);
  assert.deepEqual(told(event('Unhealthy', 'statuscode: 503', { count: 3 })), []);
  assert.equal(told(event('Unhealthy', 'statuscode: 503', { count: 30 })).length, 1);
  assert.deepEqual(told(event('Scheduled', 'well', { type: 'Normal' })), []);
});

test('an image that no node has is missing, unless it is one to be pulled, or nodes do not tell of all', () => {
  const node = (images: string[]): ClusterObject => ({
    metadata: { name: 'node' },
    status: { images: images.map((name) => ({ names: [name] })) },
  });
  const nodes = [
    node(['docker.io/berth/gate:1', 'docker.io/library/haproxy:2.6']),
    node(['docker.io/berth/chat:1']),
  ];
  assert.deepEqual(missingImages(nodes, ['berth/gate:1', 'berth/chat:1', 'berth/chat:2']), ['berth/chat:2']);
  assert.deepEqual(missingImages(nodes, ['registry.example.com/berth/gate:2', 'localhost:5000/gate:2']), []);
  const full = node(Array.from({ length: 50 }, (_, index) => `docker.io/library/${index}:1`));
  assert.deepEqual(missingImages([...nodes, full], ['berth/chat:2']), []);
});

test('a release may take as long as its pods need', () => {
  const kind = { platform: 'kind', chatMax: 4, timeoutSeconds: undefined } as KindConfig;
  assert.equal(releaseTimeout(kind), 540);
  assert.equal(releaseTimeout({ ...kind, timeoutSeconds: 60 }), 60);
  const aws = {
    platform: 'aws',
    chatMax: 10,
    gateMax: 10,
    edgeMax: 6,
    timeoutSeconds: undefined,
  } as AwsConfig;
  // Edges are replaced one by one, each when the load balancer knows the one before.
  assert.equal(releaseTimeout(aws), 600 + 6 * 510);
  assert.equal(releaseTimeout({ ...aws, chatMax: 100 }), 600 + 100 * 60);
  assert.equal(releaseTimeout({ ...aws, edgeMax: 60 }), 7_200);
});
