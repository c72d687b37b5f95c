import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { freshLog, readableLines } from './log-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-logs-'));
after(() => rmSync(folder, { recursive: true }));

test('the log of the run before is kept, that of the one before it is not', () => {
  for (const run of ['first', 'second', 'third']) writeFileSync(freshLog(folder, 'gate'), run);
  assert.equal(readFileSync(join(folder, 'logs/gate.log'), 'utf8'), 'third');
  assert.equal(readFileSync(join(folder, 'logs/gate.previous.log'), 'utf8'), 'second');
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
