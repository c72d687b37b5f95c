import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import process from 'node:process';
import { test } from 'node:test';
import { lowerHashThreads } from './hash-threads.ts';

test('the threads that hash give way to the event loop', { skip: process.platform !== 'linux' }, async () => {
  const before = getPriority(process.pid);
  const lowered = await lowerHashThreads();
  assert.ok(lowered >= 1);
  const threads = readdirSync('/proc/self/task').filter((thread) =>
    readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').startsWith('libuv-worker'),
  );
  assert.equal(threads.length, lowered);
  for (const thread of threads) assert.ok(getPriority(Number(thread)) >= 10);
  assert.equal(getPriority(process.pid), before);
});
