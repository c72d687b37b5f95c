import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findHelms } from './cluster-tools.ts';
import { parseManifests, podsOf } from './manifests.ts';

const [helm] = findHelms();
const chart = 'charts/berth';

interface Variable {
  name: string;
  value?: string;
}

/** What a pod of the chart finds in its environment. */
async function environment(sets: string[]): Promise<(pod: string, name: string) => string | undefined> {
  const values = ['--values', `${chart}/ci/minimal-values.yaml`, '--set', 'test.mailboxUrl=http://mail'];
  const rendered = await helm!.run([
    ...['template', 'berth', chart, '--namespace', 'berth', ...values],
    ...sets.flatMap((set) => ['--set', set]),
  ]);
  const pods = [...podsOf(parseManifests(rendered))];
  return (app, name) => {
    const pod = pods.find(([key]) => key.endsWith(app))?.[1];
    assert.ok(pod, app);
    const variables: Variable[] = pod.spec.containers[0]!.env ?? [];
    return variables.find((variable) => variable.name === name)?.value;
  };
}

test('a base path is told to those who serve below it, and to gate only where it arrives', {
  skip: helm === undefined && 'helm is not installed',
}, async () => {
  const base = 'public.basePath=/chat/';
  for (const [sets, gate, probed] of [
    [[base], '/chat/', ':8180/chat'],
    [[base, 'public.basePathStripped=true'], undefined, ':8180'],
  ] as const) {
    const told = await environment([...sets]);
    assert.equal(told('chat', 'CLIENT_URL'), 'wss://chat.example.com/chat/n/{node}');
    assert.equal(told('chat', 'WEB_URL'), 'https://chat.example.com/chat/');
    assert.equal(told('edge', 'EDGE_BASE_PATH'), '/chat');
    assert.equal(told('gate', 'BASE_PATH'), gate);
    assert.equal(told('gate', 'ALLOWED_ORIGINS'), 'https://chat.example.com');
    assert.ok(told('probe', 'GATE_URL')!.endsWith(probed));
  }
  const without = await environment([]);
  assert.equal(without('edge', 'EDGE_BASE_PATH'), undefined);
  assert.equal(without('gate', 'BASE_PATH'), undefined);
});
