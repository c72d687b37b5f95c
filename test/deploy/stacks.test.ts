import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkSubjects, subjectOf } from '../../infra/policy/rules.ts';
import { recordStack } from '../../infra/test/record-stack.ts';
import { findHelms } from './cluster-tools.ts';
import { ofKind, parseManifests } from './manifests.ts';

const helms = findHelms();

for (const stack of ['kind', 'aws'] as const) {
  const { resources } = await recordStack(stack);
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
