import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { createLog } from '@berth/telemetry';
import type { LiveQueries } from '../../conversations/live-queries.ts';
import type { LiveSession } from '../../session/live-session.ts';
import { SessionIndex } from '../../session/session-index.ts';
import type { LocalDelivery } from './local-delivery.ts';
import { TailRepair } from './tail-repair.ts';

test('a slight doubt has heads looked at, and not one route or membership; a grave one all of it', async () => {
  const index = new SessionIndex();
  const session = { user: 7, conversations: [] } as unknown as LiveSession;
  index.add(session);
  index.enter(session, { conversation: 1, membersVersion: 1, head: 5, joinedSeq: 0 });
  const looked = { heads: 0, memberships: 0, claims: 0 };
  const repair = new TailRepair({
    index,
    queries: {
      heads: async () => {
        looked.heads++;
        return [{ conversation: 1, membersVersion: 1, head: 5 }];
      },
      conversationsOf: async () => {
        looked.memberships++;
        return [];
      },
    } as unknown as LiveQueries,
    delivery: {} as LocalDelivery,
    log: createLog('chat', 'silent'),
    catchUp: async () => true,
    claimAgain: async () => {
      looked.claims++;
    },
    isInDoubt: () => false,
    onRepaired: () => {},
    onDoubt: () => {},
    ...{ delayMs: 1, againMs: 50 },
  });
  repair.requestAll('slight');
  await eventually('it is over', () => looked.heads > 0 && !repair.isInDoubt);
  assert.deepEqual([looked.memberships, looked.claims], [0, 0]);
  repair.requestAll('grave');
  repair.requestAll('slight');
  await eventually('routes are looked at', () => looked.claims > 0 && !repair.isInDoubt);
  assert.ok(looked.memberships > 0);
  repair.close();
});
