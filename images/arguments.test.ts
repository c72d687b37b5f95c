import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseImagesRequest } from './arguments.ts';

test('a tag alone builds every service for this machine', () => {
  assert.deepEqual(parseImagesRequest(['--tag', 'v1']), {
    tag: 'v1',
    apps: ['gate', 'verify', 'status', 'chat', 'files', 'migrate', 'probe'],
    repository: 'berth',
    target: { kind: 'keep' },
    baseImage: undefined,
  });
});

test('images go into a kind cluster or into a registry, and may be fewer', () => {
  assert.deepEqual(parseImagesRequest(['--tag', 'v1', '--load', 'kind']).target, {
    kind: 'load',
    cluster: 'berth',
  });
  assert.deepEqual(parseImagesRequest(['--tag', 'v1', '--load', 'kind=dev']).target, {
    kind: 'load',
    cluster: 'dev',
  });
  const pushed = parseImagesRequest([
    '--tag',
    'v1',
    '--push',
    'registry.example.com/berth/',
    '--app',
    'chat',
    '--app',
    'gate',
  ]);
  assert.deepEqual(pushed.target, { kind: 'push' });
  assert.equal(pushed.repository, 'registry.example.com/berth');
  assert.deepEqual(pushed.apps, ['chat', 'gate']);
});

test('a wrong command line says what is wrong with it', () => {
  const wrong: [string[], RegExp][] = [
    [[], /^ArgumentError: --tag is missing/],
    [['--tag', 'a b'], /not a tag/],
    [['--tag', 'latest'], /cannot tell one from the next/],
    [['--tag', 'v1', '--load', 'minikube'], /expected kind/],
    [['--tag', 'v1', '--load', 'kind', '--push', 'r'], /only one of them/],
    [['--tag', 'v1', '--app', 'web'], /--app web: one of gate/],
    [['--tag', 'v1', '--unknown'], /--unknown/],
  ];
  for (const [args, message] of wrong) assert.throws(() => parseImagesRequest(args), message, args.join(' '));
});
