import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DeadlineError } from '@berth/lifecycle';
import { DurabilityError } from '@berth/mysql';
import { CommitUnknownError } from './message-store.ts';
import { writeFailureOf } from './write-failure.ts';

const answered = (errno: number, message = '') =>
  Object.assign(new Error(message), { errno, sqlState: 'HY000', code: 'ER' });

const cases: [string, unknown, ReturnType<typeof writeFailureOf>][] = [
  ['a COMMIT without an answer', new CommitUnknownError('lost'), 'unknown'],
  ['a stored cid', answered(1062, "Duplicate entry '1-1-a' for key 'messages.messages_cid'"), 'duplicate'],
  ['a seq that is taken', answered(1062, "Duplicate entry '1-1' for key 'PRIMARY'"), 'conflict'],
  ['a lock that is not had', answered(1205), 'lock-timeout'],
  ['a deadlock', answered(1213), 'deadlock'],
  ['a server that is read only', answered(1290), 'away'],
  ['a full disk', answered(1021), 'away'],
  [
    'nobody there',
    Object.assign(new Error('connect ECONNREFUSED'), { errno: -111, syscall: 'connect' }),
    'away',
  ],
  ['a lost connection', Object.assign(new Error('lost'), { fatal: true }), 'away'],
  ['no answer in time', new DeadlineError('late'), 'away'],
  ['a server that may forget', new DurabilityError('weak'), 'away'],
  ['a value that the table does not take', answered(1406), 'refused'],
  ['a fault of ours', new TypeError('Bind parameters must not contain undefined'), 'refused'],
];

for (const [what, error, failure] of cases) {
  test(`${what}: ${failure}`, () => assert.equal(writeFailureOf(error), failure));
}
