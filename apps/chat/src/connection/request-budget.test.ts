import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createLog, noTracing } from '@berth/telemetry';
import { decodeBody, encodeFrame, frameIds } from '@berth/wire';
import { FileLines } from '../log/file-lines.ts';
import { BerthDialect, type BerthDialectOptions } from '../session/berth-dialect.ts';
import type { ClientConnection } from '../session/client-connection.ts';
import { LiveSession } from '../session/live-session.ts';
import { PendingFrames } from '../session/pending-frames.ts';
import { RequestBudget } from './request-budget.ts';

/** Sessions whose requests are answered when the test says so. */
function createSessions(budget: RequestBudget) {
  const answered: Record<string, unknown>[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const dialect = new BerthDialect({
    logIn: {} as BerthDialectOptions['logIn'],
    handlers: {
      heartbeat: () => promise.then(() => ({ now: 1 })),
    } as unknown as BerthDialectOptions['handlers'],
    submitSend: () => {},
    welcome: () => ({}),
    log: createLog('chat', 'silent'),
    tracing: noTracing,
    onUsed: () => {},
    onRequest: () => {},
    onLogIn: () => {},
  });
  const connection = {
    isOpen: true,
    requestStarted: (bytes: number) => budget.start(bytes),
    requestEnded: (bytes: number) => budget.end(bytes),
    queue: (frame: Uint8Array) => answered.push(decodeBody(frame.subarray(4)) as Record<string, unknown>),
    close: () => pending.onClosed(connection),
  } as unknown as ClientConnection;
  const pending = new PendingFrames(dialect);
  const keeper = { ended: () => {} };
  const profile = { id: 1, name: 'a', nick: 'a', description: '', sex: 0, icon: '' };
  const create = () =>
    new LiveSession({
      ...{ id: 'a', user: 1, deviceClass: 'web', maxOfClass: 5, generation: 1 },
      ...{ profile, connection, dialect, keeper, fileLines: new FileLines(undefined) },
    });
  return { create, connection, pending, answered, answerAll: resolve };
}

const request = (req: number, padding = '') => encodeFrame(frameIds.heartbeat, { req, padding }).subarray(4);

for (const [what, options, padding] of [
  ['requests', { maxRequests: 10 }, ''],
  ['bytes', { maxBytes: 10 * request(1, 'x'.repeat(1_000)).length }, 'x'.repeat(1_000)],
] as const)
  test(`too many ${what} of all clients are refused at once, and others are answered later`, async () => {
    const budget = new RequestBudget(options);
    const { create, connection, answered, answerAll } = createSessions(budget);
    for (let i = 0; i < 30; i++) create().onFrame(connection, frameIds.heartbeat, request(i % 10, padding));
    await turn();
    const codes = () => answered.map(({ error }) => (error as { code: string } | undefined)?.code);
    assert.deepEqual(codes(), Array(20).fill('unavailable'));
    assert.equal(budget.requests, 10);
    answerAll();
    await turn();
    assert.deepEqual(codes().slice(20), Array(10).fill(undefined));
    assert.deepEqual([budget.requests, budget.bytes], [0, 0]);
    create().onFrame(connection, frameIds.heartbeat, request(1, padding));
    await turn();
    assert.equal(codes().at(-1), undefined);
  });

test('what waits for a log-in counts, too, and no longer than it waits', () => {
  const budget = new RequestBudget({ maxRequests: 3 });
  const { connection, pending } = createSessions(budget);
  for (let i = 0; i < 3; i++) pending.onFrame(connection, frameIds.heartbeat, request(i));
  assert.equal(budget.requests, 3);
  pending.onFrame(connection, frameIds.heartbeat, request(3));
  assert.deepEqual([budget.requests, budget.bytes], [0, 0], 'the connection was closed');
});
