import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findHelms } from './cluster-tools.ts';
import { component, type Manifest, ofKind, parseManifests } from './manifests.ts';

const chart = 'charts/berth';
const minimal = `${chart}/ci/minimal-values.yaml`;
const [helm] = findHelms();
const skip = helm === undefined ? 'helm is not installed' : false;

async function render(values: string, more: string[]): Promise<Manifest[]> {
  const command = ['template', 'berth', chart, '--namespace', 'berth', '--values', values, ...more];
  return parseManifests(await helm!.run(command));
}

test('chat is scaled by the planner, by KEDA, by a HorizontalPodAutoscaler or by nobody', {
  skip,
}, async () => {
  const url = 'chat.scaling.prometheusUrl=http://prometheus:9090';
  const scaledBy = async (...sets: string[]) => {
    const all = ['chat.scaling.enabled=true', 'chat.scaling.max=7', ...sets].flatMap((set) => ['--set', set]);
    const manifests = await render(minimal, all);
    const [chat, status] = ['chat', 'status'].map(
      (part) => ofKind(manifests, 'Deployment').find(({ metadata }) => component(metadata.labels) === part)!,
    ) as [Manifest, Manifest];
    const of = (kind: string) =>
      manifests.filter((manifest) => manifest.kind === kind && manifest.metadata.name === chat.metadata.name);
    return {
      replicas: chat.spec.replicas,
      planner: JSON.stringify(status).includes('SCALER_MAX'),
      hpa: of('HorizontalPodAutoscaler').map(({ spec }) => spec.maxReplicas),
      keda: of('ScaledObject').map(({ spec }) => spec.maxReplicaCount),
    };
  };
  const nothing = { replicas: undefined, planner: false, hpa: [], keda: [] };
  assert.deepEqual(await scaledBy(), { ...nothing, planner: true });
  assert.deepEqual(await scaledBy('chat.scaling.mode=hpa'), { ...nothing, hpa: [7] });
  assert.deepEqual(await scaledBy('chat.scaling.mode=keda', url), { ...nothing, keda: [7] });
  assert.deepEqual(await scaledBy('chat.scaling.mode=off'), { ...nothing, replicas: 2 });
  await assert.rejects(scaledBy('chat.scaling.mode=keda'), /chat\.scaling\.prometheusUrl is not set/);
  await assert.rejects(scaledBy('chat.scaling.mode=cron'), /mode/);
});
