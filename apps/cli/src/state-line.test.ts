import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BerthError } from '@berth/client';
import { stateLine } from './state-line.ts';

test('the state says where one is, and when it is tried again', () => {
  const error = new BerthError('no_berth', 'No chat node has a place right now.');
  assert.equal(stateLine({ kind: 'online', node: 'chat-1' }), '* berthed on chat-1');
  assert.equal(
    stateLine({ kind: 'online', node: 'chat-2', movedFrom: 'chat-1' }),
    '* moved from chat-1 to chat-2',
  );
  assert.equal(
    stateLine({ kind: 'offline', retryAt: 3_500, error }, 1_000),
    '* offline: No chat node has a place right now. (again in 2.5 s)',
  );
  assert.match(
    stateLine({ kind: 'offline', retryAt: Number.POSITIVE_INFINITY, error }),
    /not again by itself/,
  );
  assert.match(stateLine({ kind: 'kicked', reason: 'other-session' }), /logged in elsewhere/);
});
