import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordStack, type StackRecording } from './record-stack.ts';

test('outputs say where Berth is', async () => {
  const { kubeconfig: _, releases: noted, ...kind } = (await recordStack('kind')).outputs.values;
  assert.deepEqual(Object.keys(noted as object), ['berth', 'stores']);
  assert.deepEqual(kind, {
    url: 'http://localhost:8080',
    edgeHost: 'localhost',
    edgePort: 8090,
    namespace: 'berth',
    k6Env: {
      BERTH_URL: 'http://localhost:8080',
      BERTH_HOST: 'localhost',
      BERTH_PORT: '8090',
      BERTH_MAIL_URL: 'http://localhost:1080',
    },
    mail: 'http://localhost:1080',
  });
  const { kubeconfig, releases: _noted, ...aws } = (await recordStack('aws')).outputs.values;
  assert.match(String(kubeconfig), /"get-token","--cluster-name","berth-aws"/);
  assert.deepEqual(aws, {
    url: 'https://chat.example.com',
    edgeHost: 'chat.example.com',
    edgePort: 8090,
    namespace: 'berth',
    k6Env: { BERTH_URL: 'https://chat.example.com', BERTH_HOST: 'chat.example.com', BERTH_PORT: '8090' },
    mail: null,
  });
});

test('a changed time-out alone is no change of a release; it holds once something else is changed, or an update failed', async () => {
  const timeouts = ({ resources }: StackRecording) =>
    Object.fromEntries(
      resources
        .filter(({ type }) => type === 'kubernetes:helm.sh/v3:Release')
        .map(({ name, inputs }) => [name, inputs.timeout]),
    );
  const first = await recordStack('kind', { settings: { timeoutSeconds: '100' } });
  assert.deepEqual(timeouts(first), { stores: 100, berth: 100 });
  const formerOutputs = first.outputs.values;
  const again = await recordStack('kind', { formerOutputs, settings: { timeoutSeconds: '200' } });
  const inputsOf = ({ resources }: StackRecording) =>
    resources.filter(({ type }) => type.endsWith(':Release')).map(({ inputs }) => inputs);
  assert.deepEqual(inputsOf(again), inputsOf(first));
  const changed = await recordStack('kind', {
    formerOutputs,
    settings: { timeoutSeconds: '200', chatMax: '3' },
  });
  assert.deepEqual(timeouts(changed), { stores: 100, berth: 200 });
  // What did not come up was not noted.
  const { berth } = formerOutputs.releases as Record<string, object>;
  const failed = await recordStack('kind', {
    formerOutputs: { releases: { berth } },
    settings: { timeoutSeconds: '200' },
  });
  assert.deepEqual(timeouts(failed), { stores: 200, berth: 100 });
});
