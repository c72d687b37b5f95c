import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBenchOptions } from './options.ts';

test('what is measured follows from the arguments', () => {
  assert.deepEqual(parseBenchOptions([]), { mode: 'product', rounds: 3, connections: 5_000, seconds: 5 });
  assert.deepEqual(parseBenchOptions(['--against', 'HEAD~1', '--seconds', '0.5']), {
    ...{ mode: 'against', revision: 'HEAD~1', rounds: 5, connections: 5_000, seconds: 0.5 },
  });
  assert.deepEqual(parseBenchOptions(['--targets', '--only', 'storm,idle']).only, ['storm', 'idle']);
  assert.equal(parseBenchOptions(['--peers', '--rounds', '1']).mode, 'peers');
  assert.deepEqual(parseBenchOptions(['--acts']), {
    mode: 'acts',
    rounds: 3,
    connections: 5_000,
    seconds: 5,
  });
});

test('each mistake is one line that says what is expected', () => {
  for (const [args, message] of [
    [['--against'], /^--against is followed by a revision/],
    [['--against', '--rounds'], /^--against is followed by a revision/],
    [
      ['--against', 'HEAD', '--peers'],
      /^--against, --peers, --files, --targets, --acts and --all are runs of their own$/,
    ],
    [['--rounds', '0'], /^--rounds is a whole number from 1 to 99, not 0$/],
    [['--rounds', '1.5'], /^--rounds is a whole number from 1 to 99, not 1.5$/],
    [['--rounds'], /^--rounds is a whole number from 1 to 99, not nothing$/],
    [['--seconds', 'five'], /^--seconds is a number from 0.5 to 600, not five$/],
    [['--seconds', ''], /^--seconds is a number/],
    [['--round', '3'], /^there is no --round: npm run bench/],
    [
      ['--targets', '--only', 'strom'],
      /^--only strom: there are nodes, storm, idle, passwords, group, acts, page$/,
    ],
    [['--only', 'storm'], /^--only is of --targets$/],
    [['HEAD'], /^there is no HEAD: npm run bench/],
    [['--constructor', '1'], /^there is no --constructor/],
  ] as const) {
    assert.throws(() => parseBenchOptions([...args]), { message });
  }
});
