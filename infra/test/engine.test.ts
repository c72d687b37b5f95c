import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeRecording } from './describe-recording.ts';
import { runUnderEngine } from './fake-engine.ts';
import { createFakeTools } from './fake-tools.ts';
import { addressOf, createStackConfig, recordStack, startApiServer } from './record-stack.ts';

test('kind: the program runs in a process of its own, from the folder that Pulumi.yaml names', async (t) => {
  const cluster = await startApiServer();
  t.after(() => cluster.close());
  const config = await createStackConfig('kind', addressOf(cluster));
  const { code, resources, outputs, said } = await runUnderEngine({ stack: 'kind', env: {}, ...config });
  assert.equal(code, 0, said.join('\n'));
  assert.equal(describeRecording(resources), describeRecording((await recordStack('kind')).resources));
  assert.equal(outputs.values.url, 'http://localhost:8080');
  assert.deepEqual(outputs.secretPaths, ['kubeconfig']);
});

test('aws: images are pushed by the hook before the release is made', async () => {
  const tools = createFakeTools(['aws', 'docker', 'node'], {
    'docker manifest inspect': { fail: 'no such manifest' },
  });
  const config = await createStackConfig('aws', undefined);
  const { code, resources, said } = await runUnderEngine({
    stack: 'aws',
    env: { PATH: tools.path },
    ...config,
  });
  assert.equal(code, 0, said.join('\n'));
  assert.equal(describeRecording(resources), describeRecording((await recordStack('aws')).resources));
  assert.match(
    tools.calls().at(-1)!,
    /^node images\/main\.ts --tag 0\.1\.0 --push 123456789012\.dkr\.ecr\.eu-central-1\.amazonaws\.com\/berth-aws --app /,
  );
});

test('aws: without the images there is no release', async () => {
  const tools = createFakeTools(['aws', 'docker', 'node'], {
    'aws ecr get-login-password': { fail: 'An error occurred (AccessDeniedException)' },
  });
  const config = await createStackConfig('aws', undefined);
  const { code, resources, said } = await runUnderEngine({
    stack: 'aws',
    env: { PATH: tools.path },
    ...config,
  });
  assert.notEqual(code, 0);
  assert.match(said.join('\n'), /aws ecr failed: .*AccessDeniedException.*: push the images yourself/);
  assert.ok(!resources.some(({ type }) => type.endsWith(':Release')));
});

test('aws: what pushing images needs is asked for before anything is created', async () => {
  const tools = createFakeTools(['aws', 'node']);
  const config = await createStackConfig('aws', undefined);
  const { code, resources, said } = await runUnderEngine({
    stack: 'aws',
    env: { PATH: tools.path },
    ...config,
  });
  assert.notEqual(code, 0);
  assert.match(
    said.join('\n'),
    /^docker is not on the PATH: install Docker .*, or push .* berth:pushImages false$/,
  );
  assert.equal(resources.length, 1, 'only the stack itself');
});

test('a fault is a line, not a stack trace, and nothing is created', async () => {
  const nowhere = 'http://127.0.0.1:1';
  const cases: [Record<string, string>, RegExp][] = [
    [
      { chatMax: 'many' },
      /^berth:chatMax is "many", expected a whole number: pulumi config set berth:chatMax 10$/,
    ],
    [
      {},
      /^the cluster at http:\/\/127\.0\.0\.1:1 cannot be reached: .*: start it \(npm run up -- kind\), or /,
    ],
  ];
  for (const [settings, words] of cases) {
    const config = await createStackConfig('kind', nowhere, settings);
    const { code, resources, said } = await runUnderEngine({ stack: 'kind', env: {}, ...config });
    assert.notEqual(code, 0);
    assert.equal(said.length, 1, said.join('\n'));
    assert.match(said[0]!, words);
    assert.equal(resources.length, 1, 'only the stack itself');
  }
});

test('an old node is told in one line', async () => {
  const older = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"22.11.0"}})';
  const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(older)}` };
  const config = await createStackConfig('aws', undefined);
  const { code, resources, said } = await runUnderEngine({ stack: 'aws', env, ...config });
  assert.notEqual(code, 0);
  assert.deepEqual(said, ['Node 22.11.0 is too old: put Node 24 or later first on the PATH']);
  assert.equal(resources.length, 1);
});
