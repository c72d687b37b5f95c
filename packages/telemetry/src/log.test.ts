import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from './log.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever was logged.
function capture(write: (log: ReturnType<typeof createLog>) => void): Record<string, any> {
  const lines: string[] = [];
  write(createLog('test', 'info', { write: (line) => void lines.push(line) }));
  return JSON.parse(lines[0]!);
}

test('secrets are redacted wherever they stand in the first two levels', () => {
  const entry = capture((log) =>
    log.info(
      { password: 'a-secret', request: { token: 'a-secret', code: 'a-secret', path: '/v1' } },
      'asked',
    ),
  );
  assert.ok(!JSON.stringify(entry).includes('a-secret'));
  assert.equal(entry.request.path, '/v1');
});

test('an error is told with its causes and its code', () => {
  const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  const error = Object.assign(new Error('no answer', { cause }), { code: 'unavailable' });
  const entry = capture((log) => log.info({ err: error }, 'failed'));
  assert.equal(entry.err.message, 'no answer');
  assert.equal(entry.err.errorCode, 'unavailable');
  assert.equal(entry.err.cause.message, 'refused');
});
