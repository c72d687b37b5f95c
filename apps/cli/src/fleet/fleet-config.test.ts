import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FleetConfig, readFleetConfig } from './fleet-config.ts';
import { progressBar, table } from './table.ts';

const env = { BERTH_OPERATOR_TOKEN: 'token\n' };
const read = (argv: string[]) => readFleetConfig(argv, env) as FleetConfig;

test('a command, its node, whom to ask and what to show', () => {
  const config = read(['drain', 'chat-1', '--status', 'http://there:1/', '--json', '--no-wait']);
  const { command, node, statusUrl, token, json, waits } = config;
  assert.deepEqual(
    [command, node, statusUrl, token, json, waits],
    ['drain', 'chat-1', 'http://there:1', 'token', true, false],
  );
  assert.equal(read(['ls']).statusUrl, 'http://127.0.0.1:9102');
  assert.deepEqual(read(['explain', '--avoid', 'a,b', '--user', '7']).wish, {
    ...{ userId: 7, deviceClass: 'web', zone: '', version: '', avoid: ['a', 'b'] },
  });
  assert.equal(readFleetConfig([], {}), 'help');
});

for (const [argv, message] of [
  [['sink'], /there is no "berth fleet sink"/],
  [['drain'], /drain: which node/],
  [['ls', 'chat-1'], /what is "chat-1"/],
  [['ls', '--status', 'there'], /--status: expected an address/],
  [['ls', '--colour'], /Unknown option/],
  [['token'], /there is no "berth fleet token"/],
  [['token', 'burn', 'ci'], /there is no "berth fleet token burn ci"/],
  [['token', 'create'], /which token/],
  [['token', 'rotate', 'ci', '--overlap', 'soon'], /--overlap: expected a time such as/],
  [['ls', '--token-file', '/nowhere/token'], /cannot be read \(ENOENT\)/],
] as [string[], RegExp][])
  test(`berth fleet ${argv.join(' ')} is not understood`, () => {
    assert.throws(() => read(argv), message);
  });

test('an order about tokens', () => {
  assert.deepEqual(read(['token', 'create', 'ci', '--scope', 'operate', '--expires', '2h']).order, {
    ...{ act: 'create', name: 'ci', scope: 'operate', expiresInSeconds: 7_200 },
  });
  assert.deepEqual(read(['token', 'rotate', 'ci']).order, {
    ...{ act: 'rotate', name: 'ci', overlapSeconds: undefined },
  });
  assert.equal(read(['token', 'ls']).node, undefined);
});

test('without a token nothing is asked', () => {
  assert.throws(() => readFleetConfig(['ls'], {}), /whose orders are these/);
});

test('numbers stand to the right in tables, and a bar shows how much is done', () => {
  assert.equal(
    table(
      ['node', 'sessions'],
      [
        ['a', '5'],
        ['chat-22', '120'],
      ],
    ),
    'node     sessions\na               5\nchat-22       120',
  );
  assert.equal(progressBar(1, 4, '3 left', 8), '[##......] 25 %  3 left');
});
