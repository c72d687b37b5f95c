import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import packageFile from '../package.json' with { type: 'json' };
import { checkSubjects } from '../policy/rules.ts';
import { isAfter } from './dependencies.ts';
import { describeRecording } from './describe-recording.ts';
import { recordStack, type StackRecording } from './record-stack.ts';
import { type RecordedResource, unknown } from './recording-monitor.ts';
import { createTestSecrets, type StackName } from './test-secrets.ts';

const stacks = ['kind', 'aws'] as const;
const recordings: Record<StackName, StackRecording> = {
  kind: await recordStack('kind'),
  aws: await recordStack('aws'),
};

function find(stack: StackName, type: string, name?: string): RecordedResource {
  const found = recordings[stack].resources.filter(
    (resource) => resource.type.endsWith(type) && (name === undefined || resource.name === name),
  );
  assert.equal(found.length, 1, `${type} ${name}: ${found.length} of them`);
  return found[0]!;
}

const release = (stack: StackName, name = 'berth') => find(stack, 'helm.sh/v3:Release', name);

for (const stack of stacks) {
  const { resources, outputs, calls } = recordings[stack];

  test(`${stack}: the program asks for exactly what was agreed`, () => {
    const golden = join(import.meta.dirname, `golden/${stack}.yaml`);
    const described = describeRecording(resources);
    // UPDATE_GOLDEN=1 writes them anew, to be read in the change.
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, described);
    assertSameLines(described, readFileSync(golden, 'utf8'));
  });

  test(`${stack}: no two resources are one`, () => {
    assert.equal(new Set(resources.map(({ urn }) => urn)).size, resources.length);
  });

  test(`${stack}: no secret stands in a plain input`, async () => {
    const known = Object.entries(await createTestSecrets(stack, 'http://127.0.0.1'));
    // Whole values, and of structured ones what is secret in them: keys, not certificates.
    const secrets = known.flatMap(([name, value]) =>
      name === 'serviceTls' || name === 'sessionKeys' || name === 'kubeconfig'
        ? [...value.matchAll(/-----BEGIN PRIVATE KEY-----\\n(\w{20})|client-key-data":"(\w+)/g)].map(
            ([, key, data]) => (key ?? data)!,
          )
        : [name === 'smtpUrl' ? 'mail-password' : value],
    );
    assert.ok(secrets.length >= 10);
    for (const resource of resources) {
      const plain = JSON.stringify(withoutSecrets(resource.inputs, '', new Set(resource.secretPaths)));
      for (const secret of secrets) {
        assert.ok(!plain.includes(secret), `${resource.type} ${resource.name} shows a secret`);
      }
    }
  });

  test(`${stack}: every Secret and every kubeconfig is secret`, () => {
    for (const { type, name, inputs, secretPaths } of resources) {
      if (type === 'kubernetes:core/v1:Secret') {
        const keys = Object.keys(inputs.stringData as object);
        assert.ok(keys.length > 0);
        const open = keys.filter((key) => !secretPaths.some((path) => `stringData.${key}`.startsWith(path)));
        // The address of a mail catcher and the certificate of an authority are no secrets.
        assert.deepEqual(
          open.filter((key) => key !== 'ca.crt' && !(stack === 'kind' && name === 'berth-smtp')),
          [],
          name,
        );
      }
      if (type === 'pulumi:providers:kubernetes') assert.ok(secretPaths.includes('kubeconfig'));
    }
    assert.deepEqual(outputs.secretPaths, ['kubeconfig']);
  });

  test(`${stack}: every resource and every function names its provider, whose version is the package's`, () => {
    const { dependencies } = packageFile as { dependencies: Record<string, string> };
    for (const { type, name, custom, provider, version } of resources) {
      if (!custom) continue;
      const package_ = type.startsWith('pulumi:providers:') ? type.split(':')[2] : type.split(':')[0];
      if (!type.startsWith('pulumi:providers:')) {
        assert.match(provider, new RegExp(`pulumi:providers:${package_}::${package_}::`), `${type} ${name}`);
      }
      assert.equal(version, dependencies[`@pulumi/${package_}`], `${type} ${name}`);
    }
    for (const { token, provider } of calls)
      if (!token.startsWith('pulumi:')) assert.notEqual(provider, '', token);
  });

  test(`${stack}: a preview of a stack that does not exist yet does not throw, and knows what can be known`, async () => {
    const preview = await recordStack(stack, { preview: true });
    assert.deepEqual(preview.resources.map(({ urn }) => urn).sort(), resources.map(({ urn }) => urn).sort());
    const { inputs } = preview.resources.find(({ urn }) => urn === release(stack).urn)!;
    assert.equal((inputs.values as { public: { host: string } }).public.host, outputs.values.edgeHost);
    if (stack === 'aws') assert.ok(JSON.stringify(preview.resources).includes(unknown));
  });

  test(`${stack}: a second run asks for the same`, async () => {
    const again = await recordStack(stack);
    assert.equal(describeRecording(again.resources), describeRecording(resources));
  });

  for (const chart of stack === 'kind' ? ['berth', 'stores'] : ['berth']) {
    test(`${stack}: the values of ${chart} are what its schema takes`, () => {
      const schema = readFileSync(
        join(import.meta.dirname, `../../charts/${chart}/values.schema.json`),
        'utf8',
      );
      const validate = new Ajv({ allErrors: true, strict: false }).compile(JSON.parse(schema));
      validate(release(stack, chart).inputs.values);
      assert.deepEqual(validate.errors, null);
    });
  }

  test(`${stack}: the policy pack finds nothing`, () => {
    const subjects = resources.map(({ type, name, inputs }) => ({ type, name, props: inputs }));
    assert.deepEqual(checkSubjects(subjects), []);
  });

  test(`${stack}: a release that does not get ready is taken back, and a changed chart is seen`, () => {
    const { inputs } = release(stack);
    assert.equal(inputs.atomic, true);
    assert.equal(inputs.chart, '../charts/berth');
    assert.ok((inputs.timeout as number) >= 60);
    assert.match((inputs.values as { chartHash: string }).chartHash, /^[0-9a-f]{16}$/);
  });
}

test('the platform with state on the cluster is the only one without protection', () => {
  assert.deepEqual(
    recordings.kind.resources.filter(({ protect }) => protect),
    [],
  );
});

test('destroy takes things down in an order that works', () => {
  const { resources } = recordings.aws;
  const berth = release('aws');
  const nodeClass = find('aws', ':NodeClass');
  const cluster = find('aws', 'eks/cluster:Cluster');
  const edges: [string, RecordedResource, RecordedResource][] = [
    ['pods go before their namespace', berth, find('aws', ':Namespace', 'berth')],
    ['pods go before the database', berth, find('aws', 'rds/instance:Instance')],
    ['pods go before Redis', berth, find('aws', 'replicationGroup:ReplicationGroup')],
    ['pods go before the nodes for chat', berth, find('aws', ':NodePool', 'nodes-chat')],
    ['pods go before the other nodes', berth, find('aws', ':NodePool', 'nodes-services')],
    ['nodes go before their class', find('aws', ':NodePool', 'nodes-chat'), nodeClass],
    ['nodes go before their class', find('aws', ':NodePool', 'nodes-services'), nodeClass],
    ['the class of nodes goes before the cluster that ends them', nodeClass, cluster],
    ['the load balancer goes before the cluster whose controller takes it down', berth, cluster],
    ['what is left in the namespace goes before the cluster', find('aws', ':Namespace', 'berth'), cluster],
    [
      'the cluster goes before its log group, else it makes it anew',
      cluster,
      find('aws', ':LogGroup', 'cluster-control'),
    ],
    ['the name goes before the load balancer', find('aws', 'Record', 'address'), find('aws', 'v1:Service')],
  ];
  const ofType = (type: string) => resources.filter((resource) => resource.type.endsWith(type));
  for (const right of ofType(':RolePolicyAttachment'))
    edges.push(['the cluster keeps its rights while it is deleted', cluster, right]);
  for (const way of [...ofType(':Route'), ...ofType(':RouteTableAssociation')])
    edges.push(['the cluster keeps its ways while it is deleted', cluster, way]);
  for (const nat of ofType(':NatGateway'))
    edges.push(['NAT gateways go before the internet gateway', nat, find('aws', ':InternetGateway')]);
  for (const rule of ofType(':SecurityGroupIngressRule'))
    edges.push(['rules that name the cluster’s group go before it', rule, cluster]);
  for (const [why, later, earlier] of edges) {
    assert.ok(isAfter(resources, later, earlier), `${why}: ${later.name} → ${earlier.name}`);
    assert.ok(!isAfter(resources, earlier, later), `${why}: ${earlier.name} → ${later.name}`);
  }
  assert.ok(edges.length > 30);
});

test('aws: images are pushed before the first pod wants one, unless the stack says otherwise', async () => {
  const twice = (...hooks: string[]) => [...hooks, ...hooks];
  assert.deepEqual(release('aws').hooks, twice('push-images', 'watch-berth'));
  assert.deepEqual(release('kind').hooks, twice('find-images', 'watch-berth'));
  const { resources } = await recordStack('aws', { settings: { pushImages: 'false' } });
  assert.deepEqual(
    resources.flatMap(({ hooks }) => hooks),
    twice('watch-berth'),
  );
});

/** Says which lines differ; the whole of both would fill pages. */
function assertSameLines(actual: string, expected: string): void {
  const only = (one: string, other: string) =>
    one.split('\n').filter((line) => !other.split('\n').includes(line));
  const changes = [
    ...only(expected, actual).map((line) => `- ${line}`),
    ...only(actual, expected).map((line) => `+ ${line}`),
  ];
  assert.ok(actual === expected, `differs from the golden file:\n${changes.slice(0, 40).join('\n')}`);
}

function withoutSecrets(value: unknown, path: string, secretPaths: Set<string>): unknown {
  if (secretPaths.has(path)) return undefined;
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      withoutSecrets(item, path ? `${path}.${index}` : String(index), secretPaths),
    );
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      withoutSecrets(item, path ? `${path}.${key}` : key, secretPaths),
    ]),
  );
}
