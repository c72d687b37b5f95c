import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { type Answers, createFakeTools } from '../infra/test/fake-tools.ts';

/** Runs `npm run images` where there are these tools and no others. */
function runImages(tools: string[], answers: Answers, args: string[]) {
  const fakes = createFakeTools(tools, answers);
  const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env: { PATH: fakes.path, BERTH_CLUSTER_TOOLS: '/nowhere' },
    encoding: 'utf8',
  });
  return { status, stderr, calls: fakes.calls() };
}

const load = ['--tag', 'v1', '--load', 'kind'];
const push = ['--tag', 'v1', '--push', 'registry.example.com/berth'];

test('what is missing is told in one line, before anything is built', () => {
  const stopped = { 'docker info': { fail: 'Cannot connect to the Docker daemon' } };
  const cases: [string[], Answers, string[], RegExp][] = [
    [[], {}, load, /^images: Docker is not running on this machine: install it \(https:.*\), or start it\n$/],
    [['docker'], stopped, load, /^images: Docker is not running on this machine/],
    [['docker'], stopped, push, /^images: --push needs a running Docker with buildx/],
    [
      ['docker'],
      { 'docker buildx': { fail: 'no' } },
      push,
      /^images: --push needs docker buildx, .*: install /,
    ],
    [['docker'], {}, load, /^images: --load kind needs kind: install it \(https:.*\)\n$/],
    [
      ['docker', 'kind'],
      { 'kind get clusters': { print: 'other' } },
      load,
      /^images: there is no kind cluster berth: kind create cluster --config infra\/kind\.yaml, or --load kind=other\n$/,
    ],
    [
      ['docker', 'kind'],
      { 'kind get clusters': { print: '' } },
      [...load.slice(0, 3), 'kind=dev'],
      /^images: there is no kind cluster dev: kind create cluster --name dev\n$/,
    ],
    [['docker'], {}, ['--tag', 'v1', '--bogus'], /^images: .*--bogus.*: npm run images shows the options\n$/],
  ];
  for (const [tools, answers, args, words] of cases) {
    const { status, stderr, calls } = runImages(tools, answers, args);
    assert.match(stderr, words);
    assert.equal(status, 1);
    assert.ok(!calls.some((call) => /build /.test(call)), calls.join('\n'));
  }
});
