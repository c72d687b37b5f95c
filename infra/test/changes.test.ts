import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RecordOptions, recordStack, type StackRecording } from './record-stack.ts';
import type { StackName } from './test-secrets.ts';

const recordings: Record<StackName, StackRecording> = {
  kind: await recordStack('kind'),
  aws: await recordStack('aws'),
};

/** The resources, and for releases the values, that differ when a setting does. */
async function changedBy(
  stack: StackName,
  settings: NonNullable<RecordOptions['settings']>,
): Promise<string[]> {
  const before = new Map(recordings[stack].resources.map((resource) => [resource.urn, resource]));
  const { resources } = await recordStack(stack, { settings });
  const changed = resources.flatMap(({ urn, name, type, inputs, protect }) => {
    const old = before.get(urn);
    before.delete(urn);
    if (!old) return [`+ ${shortOf(type)} ${name}`];
    const paths = differences(old.inputs, inputs, '');
    if (old.protect !== protect) paths.push('protect');
    return paths.map((path) => `${shortOf(type)} ${name} ${path}`);
  });
  const gone = [...before.values()].map(({ type, name }) => `- ${shortOf(type)} ${name}`);
  // The port of the API server that stands for the cluster differs from run to run.
  return [...changed, ...gone].filter((change) => change !== 'kubernetes kubernetes kubeconfig').sort();
}

const shortOf = (type: string): string => type.split(':').at(-1)!;

test('kind: a setting changes what it is about and nothing else', async () => {
  assert.deepEqual(await changedBy('kind', {}), []);
  assert.deepEqual(await changedBy('kind', { imageTag: '0.1.1' }), ['Release berth values.image.tag']);
  assert.deepEqual(await changedBy('kind', { chatMax: '7' }), [
    // More pods take longer.
    'Release berth timeout',
    'Release berth values.chat.scaling.max',
  ]);
  assert.deepEqual(await changedBy('kind', { chatMax: '2' }), [
    'Release berth timeout',
    'Release berth values.chat.replicas',
    'Release berth values.chat.scaling',
  ]);
  assert.deepEqual(await changedBy('kind', { monitoringNamespace: 'monitoring' }), [
    'Release berth values.monitoring.dashboard.enabled',
    'Release berth values.monitoring.rules.enabled',
    'Release berth values.monitoring.serviceMonitor.enabled',
    'Release berth values.networkPolicy.monitoring.0',
  ]);
  assert.deepEqual(await changedBy('kind', { httpPort: '9090' }), ['Release berth values.public.url']);
  assert.deepEqual(await changedBy('kind', { mysqlImage: 'mariadb:10.11' }), [
    'Release stores values.mysql.image',
  ]);
  assert.deepEqual(await changedBy('kind', { ticketSecret: 'another-secret-of-at-least-32-characters' }), [
    'Release berth values.tickets.checksum',
    'Secret berth-tickets stringData.secret',
  ]);
  assert.deepEqual(await changedBy('kind', { operatorToken: 'another-token-of-at-least-32-characters!' }), [
    'Release berth values.operator.checksum',
    'Secret berth-operator stringData.token',
  ]);
  assert.deepEqual(await changedBy('kind', { basePath: '/chat/', basePathStripped: 'true' }), [
    'Release berth values.public.basePath',
    'Release berth values.public.basePathStripped',
  ]);
  assert.deepEqual(await changedBy('kind', { redisPassword: 'another-password' }), [
    'Release berth values.redis.checksum',
    'Release stores values.redis.checksum',
    'Secret berth-redis stringData.url',
    'Secret stores-passwords stringData.redis-password',
  ]);
  for (const name of ['mysqlPassword', 'mysqlRootPassword'])
    assert.ok(
      (await changedBy('kind', { [name]: 'another-password' })).includes(
        'Release stores values.mysql.checksum',
      ),
      name,
    );
  assert.deepEqual(await changedBy('kind', { reapply: 'now' }), [
    'Release berth values.chartHash',
    'Release stores values.chartHash',
  ]);
  assert.deepEqual(
    await changedBy('kind', { resources: '{"chat":{"requests":{"cpu":"1"},"limits":{"memory":"3Gi"}}}' }),
    ['Release berth values.chat.resources.limits', 'Release berth values.chat.resources.requests.cpu'],
  );
  assert.deepEqual(await changedBy('kind', { requestsPerAddressMinute: '600' }), [
    'Release berth values.gate.env.REQUESTS_PER_ADDRESS_MINUTE',
  ]);
  assert.deepEqual(await changedBy('kind', { edgeConnections: '500' }), [
    'Release berth values.edge.maxConnections',
  ]);
});

test('aws: a setting changes what it is about and nothing else', async () => {
  assert.deepEqual(await changedBy('aws', {}), []);
  assert.deepEqual(await changedBy('aws', { imageTag: '0.1.1' }), ['Release berth values.image.tag']);
  assert.deepEqual(await changedBy('aws', { mysqlClass: 'db.r8g.large' }), [
    'Instance mysql instanceClass',
    'Instance mysql performanceInsightsEnabled',
  ]);
  assert.deepEqual(await changedBy('aws', { mysqlSnapshot: 'before' }), [
    'Instance mysql finalSnapshotIdentifier',
    'Instance mysql identifier',
    'Instance mysql snapshotIdentifier',
    'LogGroup mysql-error name',
    'LogGroup mysql-slowquery name',
  ]);
  assert.deepEqual(await changedBy('aws', { logDays: '90' }), [
    'LogGroup cluster-control retentionInDays',
    'LogGroup mysql-error retentionInDays',
    'LogGroup mysql-slowquery retentionInDays',
  ]);
  assert.deepEqual((await changedBy('aws', { flowLogs: 'rejected' })).sort(), [
    '+ FlowLog flow',
    '+ FlowLogs flow',
    '+ LogGroup flow',
    '+ Role flow',
    '+ RolePolicy flow',
  ]);
  assert.deepEqual(await changedBy('aws', { redisEngine: 'redis' }), [
    'ParameterGroup redis family',
    'ReplicationGroup redis engine',
    'ReplicationGroup redis engineVersion',
  ]);
  assert.deepEqual(await changedBy('aws', { redisClass: 'cache.r7g.large' }), [
    'ReplicationGroup redis nodeType',
  ]);
  assert.deepEqual(await changedBy('aws', { plainTcp: 'true' }), [
    'Release berth values.edge.service.annotations.service.beta.kubernetes.io/aws-load-balancer-ssl-ports',
  ]);
  assert.deepEqual(await changedBy('aws', { kubernetesVersion: '1.36' }), ['Cluster cluster version']);
  assert.deepEqual(await changedBy('aws', { natPerZone: 'false' }), [
    '- Eip network-nat-b',
    '- Eip network-nat-c',
    '- NatGateway network-b',
    '- NatGateway network-c',
    'Route network-private-b natGatewayId',
    'Route network-private-c natGatewayId',
  ]);
  assert.deepEqual(await changedBy('aws', { pushImages: 'false' }), []);
  const operator = 'arn:aws:iam::123456789012:role/operator';
  assert.deepEqual(await changedBy('aws', { clusterAdmins: operator }), [
    `+ AccessEntry cluster-${operator}`,
    `+ AccessPolicyAssociation cluster-${operator}`,
  ]);
  assert.deepEqual(
    (
      await changedBy('aws', { hostedZone: '', certificate: 'arn:aws:acm:eu-central-1:1:certificate/a' })
    ).sort(),
    [
      '- Certificate certificate',
      '- Certificate certificate',
      '- CertificateValidation certificate',
      '- Record address',
      '- Record certificate-proof',
      '- Service edge',
      'Release berth values.edge.service.annotations.service.beta.kubernetes.io/aws-load-balancer-ssl-cert',
    ],
  );
});

function differences(before: unknown, after: unknown, path: string): string[] {
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null;
  if (!isObject(before) || !isObject(after)) return Object.is(before, after) ? [] : [path];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => differences(before[key], after[key], path ? `${path}.${key}` : key));
}
