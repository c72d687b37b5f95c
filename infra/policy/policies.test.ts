import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { credentials } from '@grpc/grpc-js';
import analyzerServices from '@pulumi/pulumi/proto/analyzer_grpc_pb.js';
import analyzerMessages, { type AnalyzerInfo } from '@pulumi/pulumi/proto/analyzer_pb.js';
import emptyMessages from 'google-protobuf/google/protobuf/empty_pb.js';
import { createPolicies } from './policies.ts';

const root = dirname(createRequire(import.meta.url).resolve('@pulumi/pulumi/package.json'));

test('the engine can load the pack', { timeout: 60_000 }, async (t) => {
  // What `pulumi --policy-pack` starts.
  const pack = spawn(
    process.execPath,
    [join(root, 'cmd/run-policy-pack'), '127.0.0.1:0', import.meta.dirname],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  t.after(() => pack.kill());
  const [port] = await once(createInterface(pack.stdout), 'line');
  const engine = new analyzerServices.AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure());
  t.after(() => engine.close());
  const { promise, resolve, reject } = Promise.withResolvers<AnalyzerInfo>();
  engine.getAnalyzerInfo(new emptyMessages.Empty(), (error, info) => (error ? reject(error) : resolve(info)));
  const served = (await promise).getPoliciesList();
  assert.deepEqual(
    served.map((policy) => policy.getName()),
    createPolicies().map(({ name }) => name),
  );
  assert.ok(
    served.every((policy) => policy.getEnforcementlevel() === analyzerMessages.EnforcementLevel.MANDATORY),
  );
});

test('a policy reports what its rule finds, and is not stopped by what a preview does not know', () => {
  const policy = createPolicies().find(({ name }) => name === 'no-public-database');
  assert.ok(policy && 'validateResource' in policy && typeof policy.validateResource === 'function');
  const props = {
    get address(): string {
      throw new Error('not known in a preview');
    },
    publiclyAccessible: true,
  };
  const reported: string[] = [];
  policy.validateResource(
    { type: 'aws:rds/instance:Instance', name: 'mysql', props } as unknown as Parameters<
      typeof policy.validateResource
    >[0],
    (message) => reported.push(message),
  );
  assert.deepEqual(reported, ['publiclyAccessible is not false']);
});

test('a policy on the whole stack names the resource at fault', () => {
  const policy = createPolicies().find(({ name }) => name === 'autoscaled-means-no-replicas');
  assert.ok(policy && 'validateStack' in policy);
  const resources = [
    {
      type: 'kubernetes:helm.sh/v3:Release',
      name: 'berth',
      urn: 'urn:berth',
      props: { values: { gate: { autoscaling: { enabled: true }, replicas: 1 } } },
    },
  ];
  const reported: (string | undefined)[][] = [];
  policy.validateStack({ resources } as unknown as Parameters<typeof policy.validateStack>[0], (...args) =>
    reported.push(args),
  );
  assert.deepEqual(reported, [['values.gate is autoscaled and yet says replicas', 'urn:berth']]);
});
