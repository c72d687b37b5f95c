import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeTools } from './test/fake-tools.ts';

const repository = '123456789012.dkr.ecr.eu-central-1.amazonaws.com/berth-aws';
const push = (tools: ReturnType<typeof createFakeTools>) =>
  tools.run('../test/push-images.ts', ['eu-central-1', repository, '0.1.0']);

test('images that the registry does not have are pushed, the password through standard input', async () => {
  const tools = createFakeTools(['aws', 'docker', 'node'], {
    'aws ecr get-login-password': { print: 'token-of-an-hour' },
    'docker manifest inspect': { print: '{}' },
    [`docker manifest inspect ${repository}/chat:0.1.0`]: { fail: 'no such manifest' },
    [`docker manifest inspect ${repository}/probe:0.1.0`]: { fail: 'no such manifest' },
  });
  const { code, stderr } = await push(tools);
  assert.equal(code, 0, stderr);
  const calls = tools.calls();
  assert.equal(tools.dockerPassword(), 'token-of-an-hour');
  assert.ok(!calls.some((command) => command.includes('token-of-an-hour')));
  assert.equal(calls.at(-1), `node images/main.ts --tag 0.1.0 --push ${repository} --app chat --app probe`);
});

test('images that are all there are left alone', async () => {
  const tools = createFakeTools(['aws', 'docker', 'node'], { 'docker manifest inspect': { print: '{}' } });
  assert.equal((await push(tools)).code, 0);
  assert.ok(!tools.calls().some((command) => command.startsWith('node')));
});

test('who cannot push is told in one line how to do it by hand', async () => {
  const tools = createFakeTools(['aws', 'node']);
  const { code, stderr } = await push(tools);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^push-images: docker: .*ENOENT: push the images yourself \(npm run images -- --tag 0\.1\.0 --push .*berth-aws\) and run pulumi up again\n$/,
  );
});
