import assert from 'node:assert/strict';
import { isAbsolute } from 'node:path';
import { test } from 'node:test';
import { type LocalConfig, readConfig } from './config.ts';

const read = (argv: string[], env: Record<string, string> = {}) => readConfig(argv, env) as LocalConfig;

test('without arguments: two nodes, 8080, 1080, .berth', () => {
  const config = read([]);
  assert.deepEqual([config.nodes, config.port, config.mailPort], [2, 8080, 1080]);
  assert.ok(isAbsolute(config.dataDir) && config.dataDir.endsWith('.berth'));
});

test('arguments win over the environment', () => {
  const env = { GATE_PORT: '81', MAIL_PORT: '82' };
  assert.deepEqual([read([], env).port, read([], env).mailPort], [81, 82]);
  assert.equal(read(['--port', '83'], env).port, 83);
});

test('help is asked for by name', () => {
  assert.equal(readConfig(['--help'], {}), 'help');
});

for (const [argv, env, message] of [
  [['--nodes', '0'], {}, /--nodes: expected a number from 1 to 32, got "0"/],
  [['--nodes', '33'], {}, /--nodes/],
  [['--nodes', 'two'], {}, /"two"/],
  [['--nodes', '2.5'], {}, /"2.5"/],
  [['--port', '70000'], {}, /--port/],
  [[], { GATE_PORT: 'x' }, /GATE_PORT: expected a number/],
  [['--port', '1080'], {}, /cannot be both/],
  [['--node', '2'], {}, /Unknown option '--node'/],
  [['extra'], {}, /extra/],
] as [string[], Record<string, string>, RegExp][]) {
  test(`${JSON.stringify(argv)} ${JSON.stringify(env)} is refused in one line`, () => {
    assert.throws(
      () => read(argv, env),
      (error: Error) => {
        assert.equal(error.name, 'LocalError');
        assert.match(error.message, message);
        assert.equal(error.message.includes('\n'), false);
        return true;
      },
    );
  });
}
