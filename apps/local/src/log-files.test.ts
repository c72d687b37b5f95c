import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { ServerProcess } from '@berth/stores';
import { freshLog, readableLines, rotateLog } from './log-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-logs-'));
after(() => rmSync(folder, { recursive: true }));

test('the logs of the two runs before are kept, older ones are not', () => {
  for (const run of ['first', 'second', 'third', 'fourth']) writeFileSync(freshLog(folder, 'gate'), run);
  assert.equal(readFileSync(join(folder, 'logs/gate.log'), 'utf8'), 'fourth');
  assert.equal(readFileSync(join(folder, 'logs/gate.1.log'), 'utf8'), 'third');
  assert.equal(readFileSync(join(folder, 'logs/gate.2.log'), 'utf8'), 'second');
  assert.equal(readdirSync(join(folder, 'logs')).length, 3);
});

test('a log that grows is begun anew while its process writes on, and what was last said stays in sight', async () => {
  const logFile = freshLog(folder, 'chat-1');
  const talker = new ServerProcess('sh', ['-c', 'i=0; while :; do i=$((i+1)); echo "line $i"; done'], {
    logFile,
  });
  try {
    for (let turn = 0; turn < 5; turn++) {
      await eventually('it has grown', () => statSync(logFile).size > 10_000);
      rotateLog(logFile, 10_000);
    }
    await eventually('it is written to', () => statSync(logFile).size > 0);
    assert.match(talker.lastLines(), /line \d+/);
  } finally {
    await talker.kill();
  }
  const pieces = readdirSync(join(folder, 'logs')).filter((file) => file.startsWith('chat-1'));
  assert.deepEqual(pieces.sort(), ['chat-1.1.log', 'chat-1.2.log', 'chat-1.log']);
});

test('JSON lines are told in words, others as they are', () => {
  const lines = [
    '{"level":"fatal","service":"gate","msg":"cannot start","err":{"message":"listen EADDRINUSE"}}',
    '{"level":"info","msg":"closing"}',
    '',
    'plain text',
  ];
  assert.deepEqual(readableLines(lines.join('\n')), [
    'fatal: cannot start: listen EADDRINUSE',
    'info: closing',
    'plain text',
  ]);
});
