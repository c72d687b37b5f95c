import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSubjects, subjectOf } from '../../infra/policy/rules.ts';
import { recordStack } from '../../infra/test/record-stack.ts';
import { findHelms } from './cluster-tools.ts';
import { ofKind, parseManifests, podsOf } from './manifests.ts';

const helms = findHelms();
// One after the other, as the engine's SDK runs one program in a process at a time.
const recordings = { kind: await recordStack('kind'), aws: await recordStack('aws') };

/** Requests for CPU in thousandths of a core. */
const millicores = (quantity: string): number =>
  quantity.endsWith('m') ? Number(quantity.slice(0, -1)) : Number(quantity) * 1_000;

test('the kind stack fits on two cores beside what kind itself runs, and while every pod is replaced', {
  skip: helms.length === 0,
}, async () => {
  const { resources } = recordings.kind;
  let asked = 0;
  for (const { type, name, inputs } of resources) {
    if (type !== 'kubernetes:helm.sh/v3:Release') continue;
    const rendered = await helms[0]!.run(['template', name, `charts/${name}`, '--values', '-'], {
      input: JSON.stringify(inputs.values),
    });
    const manifests = parseManifests(rendered).filter(
      ({ metadata }) => !metadata.annotations?.['helm.sh/hook'],
    );
    for (const [workload, { spec }] of podsOf(manifests)) {
      const { kind, spec: how } = manifests.find(
        ({ metadata, spec }) => metadata.name === workload && spec?.template,
      )!;
      // What status scales has no number of its own.
      const pods = kind === 'Deployment' ? (how.replicas ?? 2) + 1 : 1;
      for (const { resources } of spec.containers) asked += pods * millicores(resources.requests.cpu);
    }
  }
  assert.ok(asked > 500, `${asked}m: not everything was counted`);
  // CoreDNS twice, etcd, the API server, the two controllers and the network of kind v0.30.
  const kindItself = 2 * 100 + 100 + 250 + 200 + 100 + 100;
  assert.ok(asked + kindItself <= 2_000, `${asked}m`);
});

test('stores on the cluster keep their address when their pod is replaced', {
  skip: helms.length === 0,
}, async () => {
  const rendered = await helms[0]!.run([
    'template',
    'stores',
    'charts/stores',
    '--values',
    'charts/stores/ci/default-values.yaml',
  ]);
  const services = ofKind(parseManifests(rendered), 'Service');
  assert.equal(services.length, 3);
  for (const { metadata, spec } of services) assert.notEqual(spec.clusterIP, 'None', metadata.name);
});

for (const stack of ['kind', 'aws'] as const) {
  const { resources } = recordings[stack];
  const releases = resources.filter(({ type }) => type === 'kubernetes:helm.sh/v3:Release');
  const secrets = resources.filter(({ type }) => type === 'kubernetes:core/v1:Secret');

  for (const { name, inputs } of releases) {
    for (const helm of helms) {
      test(`${helm.name}: what the ${stack} stack gives to ${name} renders, and keeps to the policies`, async () => {
        // The program's working directory is infra/.
        const chart = String(inputs.chart).replace('../', '');
        const values = JSON.stringify(inputs.values);
        const namespace = String(inputs.namespace);
        await helm.run(['lint', '--strict', chart, '--values', '-'], { input: values });
        const rendered = await helm.run(
          ['template', name, chart, '--namespace', namespace, '--kube-version', '1.34.0', '--values', '-'],
          { input: values },
        );
        const manifests = parseManifests(rendered);
        assert.ok(manifests.length > 5);
        assert.deepEqual(checkSubjects(manifests.map(subjectOf)), []);

        // Every Secret that a pod mounts is one that the program makes in that namespace.
        const wanted = new Set(
          [...rendered.matchAll(/secretName: "?([\w-]+)|secret:\n\s+name: "?([\w-]+)/g)].map(
            ([, a, b]) => a ?? b,
          ),
        );
        const made = secrets
          .map((secret) => secret.inputs.metadata as { name: string; namespace: string })
          .filter((metadata) => metadata.namespace === namespace);
        assert.ok(wanted.size > 0);
        for (const secret of wanted)
          assert.ok(
            made.some((metadata) => metadata.name === secret),
            secret,
          );
      });
    }
  }

  test(`the names that the ${stack} stack relies on are those that the chart gives`, {
    skip: helms.length === 0,
  }, async () => {
    const { inputs } = releases.find(({ name }) => name === 'berth')!;
    const rendered = await helms[0]!.run(
      ['template', 'berth', 'charts/berth', '--namespace', 'berth', '--values', '-'],
      { input: JSON.stringify(inputs.values) },
    );
    const services = ofKind(parseManifests(rendered), 'Service').map(({ metadata }) => metadata.name);
    for (const service of ['berth-gate', 'berth-verify', 'berth-status', 'berth-chat', 'berth-edge']) {
      assert.ok(services.includes(service), service);
    }
  });
}
