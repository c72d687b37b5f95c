import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findHelms } from './cluster-tools.ts';
import { component, type Manifest, ofKind, parseManifests } from './manifests.ts';

const chart = 'charts/berth';
const minimal = `${chart}/ci/minimal-values.yaml`;
const [helm] = findHelms();
const skip = helm === undefined ? 'helm is not installed' : false;

async function render(...sets: string[]): Promise<Manifest[]> {
  const command = ['template', 'berth', chart, '--namespace', 'berth', '--values', minimal];
  return parseManifests(await helm!.run([...command, ...sets.flatMap((set) => ['--set-json', set])]));
}

/** The Deployments of our services that have the variable, by component, with its value. */
const having = (manifests: Manifest[], variable: string): Record<string, string> =>
  Object.fromEntries(
    ofKind(manifests, 'Deployment').flatMap(({ metadata, spec }) => {
      const { env = [] } = spec.template.spec.containers[0];
      const found = (env as { name: string; value: string }[]).find(({ name }) => name === variable);
      return found ? [[component(metadata.labels), found.value]] : [];
    }),
  );

const policyOf = (manifests: Manifest[], name: string): string =>
  JSON.stringify(
    ofKind(manifests, 'NetworkPolicy').find(({ metadata }) => metadata.name === `berth-${name}`)?.spec ??
      null,
  );

test('gate reaches the operators’ port of status only where the fleet page is on', { skip }, async () => {
  const off = await render();
  assert.deepEqual(having(off, 'OPERATORS_URL'), {});
  assert.ok(!policyOf(off, 'gate').includes('9102'));
  const on = await render('operator.page=true');
  const { gate, ...others } = having(on, 'OPERATORS_URL');
  assert.match(gate!, /^http:\/\/berth-status.*:9102$/);
  assert.deepEqual(others, {});
  assert.ok(policyOf(on, 'gate').includes('9102'));
  assert.match(policyOf(on, 'status'), /"gate"[^[]*\}\}\],"ports":\[\{"port":9102/);
});

test('every service sends its spans where they are wanted, and may', { skip }, async () => {
  const off = await render();
  assert.deepEqual(having(off, 'OTEL_EXPORTER_OTLP_ENDPOINT'), {});
  assert.equal(policyOf(off, 'tracing'), 'null');
  const on = await render('tracing.endpoint="http://collector.monitoring:4318"', 'tracing.share=0.5');
  assert.deepEqual(Object.keys(having(on, 'OTEL_EXPORTER_OTLP_ENDPOINT')).sort(), [
    ...['chat', 'gate', 'status', 'verify'],
  ]);
  assert.equal(having(on, 'OTEL_TRACES_SAMPLER_ARG').chat, '0.5');
  assert.ok(policyOf(on, 'tracing').includes('4318'));
  await assert.rejects(render('tracing.endpoint="collector:4318"'), /tracing.*endpoint/is);
});
