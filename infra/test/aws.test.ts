import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorityUrl } from '../commands/init-stack.ts';
import { recordStack } from './record-stack.ts';

const recording = await recordStack('aws');

const find = (type: string, name: string) =>
  recording.resources.find((resource) => resource.type.endsWith(type) && resource.name === name)!;

test('aws: ARNs are of the part of AWS that the region is in', async () => {
  for (const [region, partition] of [
    ['us-gov-west-1', 'aws-us-gov'],
    ['cn-north-1', 'aws-cn'],
  ] as const) {
    const { resources } = await recordStack('aws', {
      settings: { region, clusterAdmins: `arn:${partition}:iam::123456789012:role/operator` },
    });
    const policies = resources.flatMap(({ inputs }) => (inputs.policyArn ? [String(inputs.policyArn)] : []));
    assert.ok(policies.length > 5);
    for (const arn of policies) assert.ok(arn.startsWith(`arn:${partition}:`), arn);
  }
});

test('aws: the authorities of RDS are fetched from the part of AWS that the region is in', () => {
  const hosts = ['eu-central-1', 'us-gov-east-1', 'cn-northwest-1'].map((region) => {
    const { host, pathname } = new URL(authorityUrl(region));
    assert.equal(pathname, `/${region}/${region}-bundle.pem`);
    return host;
  });
  assert.deepEqual(hosts, [
    'truststore.pki.rds.amazonaws.com',
    'truststore.pki.us-gov-west-1.rds.amazonaws.com',
    'rds-truststore.s3.cn-north-1.amazonaws.com.cn',
  ]);
});

test('aws: an edge is replaced only when the load balancer has noticed', () => {
  const { values, timeout } = find(':Release', 'berth').inputs as {
    values: { edge: { minReadySeconds: number; preStopSeconds: number } };
    timeout: number;
  };
  assert.ok(values.edge.minReadySeconds >= 240);
  // It is sent new connections for two minutes more.
  assert.ok(values.edge.preStopSeconds > 120);
  // All ten, one after the other, within the time that the release has: each is ready when the load balancer knows it.
  assert.ok(timeout > 10 * (240 + values.edge.minReadySeconds));
});

test('aws: an edge is ready when the load balancer knows it, so that its budget holds when nodes are emptied', () => {
  const { metadata } = find(':Namespace', 'berth').inputs as { metadata: { labels: Record<string, string> } };
  assert.equal(metadata.labels['eks.amazonaws.com/pod-readiness-gate-inject'], 'enabled');
});

test('aws: nodes and their grace end within the 21 days that Auto Mode gives them, and pools are bounded', () => {
  for (const pool of ['nodes-chat', 'nodes-services']) {
    const { spec } = find(':NodePool', pool).inputs as {
      spec: {
        limits: { cpu: string };
        template: { spec: { expireAfter: string; terminationGracePeriod: string } };
      };
    };
    const { expireAfter, terminationGracePeriod } = spec.template.spec;
    assert.ok(Number.parseInt(expireAfter, 10) + Number.parseInt(terminationGracePeriod, 10) <= 21 * 24);
    assert.ok(Number(spec.limits.cpu) >= 20);
  }
});

test('aws: each restored instance has a last snapshot of its own name', async () => {
  const names = new Set<unknown>();
  for (const mysqlSnapshot of ['', 'before-the-accident', 'rds:mysql-2026-01-31']) {
    const { resources } = await recordStack('aws', { settings: { mysqlSnapshot } });
    const { inputs } = resources.find(({ type }) => type === 'aws:rds/instance:Instance')!;
    assert.match(String(inputs.finalSnapshotIdentifier), /^[a-z](-?[a-z0-9])*-final$/);
    names.add(inputs.finalSnapshotIdentifier);
  }
  assert.equal(names.size, 3);
});

const stateful =
  /^aws:(rds|elasticache|ecr|eks|efs|s3|dynamodb|acm|ec2)\/(instance|cluster|replicationGroup|repository|bucket|table|certificate|vpc):/;

test('aws: every stateful resource, and what all stands on, is protected, unless the stack says otherwise', async () => {
  const guarded = recording.resources.filter(({ type }) => stateful.test(type));
  assert.equal(guarded.length, 13);
  for (const { type, name, protect } of guarded) assert.equal(protect, true, `${type} ${name}`);
  const open = await recordStack('aws', { settings: { protect: 'false' } });
  assert.deepEqual(
    open.resources.filter(({ protect }) => protect).map(({ name }) => name),
    [],
  );
  const database = open.resources.find(({ type }) => type === 'aws:rds/instance:Instance')!;
  assert.equal(database.inputs.deletionProtection, false);
  assert.equal(database.inputs.skipFinalSnapshot, true);
  assert.equal(
    open.resources.find(({ type }) => type === 'aws:eks/cluster:Cluster')!.inputs.deletionProtection,
    false,
  );
});
