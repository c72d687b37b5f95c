import { NodeState } from '@berth/contracts/status';
import { BerthError } from '@berth/wire';
import { z } from 'zod';

const nodeName = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, { error: 'not a DNS label' });
const hostPort = z.string().regex(/^[^\s:,]{1,253}:\d{1,5}$|^\[[0-9a-fA-F:.]+\]:\d{1,5}$/, {
  error: 'not host:port',
});
const label = z.string().regex(/^[\w.:+-]{0,63}$/, { error: 'at most 63 of letters, digits and _ . : + -' });
const epoch = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const deviceClass = z.string().regex(/^[a-z0-9-]{1,16}$/, { error: 'not 1 to 16 of a-z, 0-9 and -' });
const sessionId = z.string().regex(/^[0-9a-f]{32}$/, { error: 'not 32 hex digits' });
const userId = z.number().int().min(1).max(4_294_967_295);
const avoid = z.array(nodeName).max(16);

export const registerMessage = z.object({
  name: nodeName,
  bootEpoch: epoch,
  peerAddress: hostPort,
  clientHost: z.string().regex(/^[^\s,]{1,253}$/, { error: 'not a host' }),
  clientPort: z.number().int().min(1).max(65_535),
  clientUrl: z
    .string()
    .max(2_048)
    .regex(/^wss?:\/\/\S+$/, { error: 'not a ws:// or wss:// URL' }),
  capacity: z.number().int().min(1).max(10_000_000),
  helloRate: z.number().int().min(0).max(1_000_000),
  zone: label,
  version: label,
  instance: z.string().regex(/^[\w-]{1,64}$/, { error: 'not 1 to 64 of letters, digits, _ and -' }),
  revocationsAfter: z.string().regex(/^(\d{1,16}-\d{1,16})?$/, { error: 'not the id of a revocation' }),
});

export const loadMessage = z.object({
  sequence: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  connections: z.number().int().min(0).max(10_000_000),
  usedReservations: z
    .array(z.string().regex(/^[\w.-]{1,64}$/, { error: 'not a reservation' }))
    .max(4_096, { error: 'more than 4,096' }),
  state: z.literal([
    NodeState.NODE_STATE_READY,
    NodeState.NODE_STATE_CORDONED,
    NodeState.NODE_STATE_DRAINING,
  ]),
  loopDelayP99Ms: z.number().min(0).max(3_600_000),
  freeMemoryBytes: z.number().min(0).max(Number.MAX_SAFE_INTEGER),
  leaving: z.number().int().min(0).max(10_000_000),
});

export const placeMessage = z.object({
  userId,
  deviceClass,
  sessionId,
  generation: z.number().int().min(0).max(4_294_967_295),
  zone: label,
  avoid,
  version: label,
  move: z.boolean(),
  bootedAfter: epoch,
});

export const revocationMessage = z
  .object({
    userId,
    sessionIds: z.array(sessionId).max(1_000, { error: 'more than 1,000' }),
    generation: z.number().int().min(0).max(4_294_967_295),
    reason: z.string().max(64),
  })
  .refine((message) => message.sessionIds.length > 0 || message.generation > 0, {
    error: 'names neither a session nor a generation',
  });

/** The body of POST /v1/placements/explain. */
export const explainBody = z.object({
  userId,
  deviceClass,
  zone: label.default(''),
  version: label.default(''),
  avoid: avoid.default([]),
});

/** The body of POST /v1/fleet/orders. */
export const orderBody = z.object({
  node: nodeName,
  order: z.enum(['none', 'cordon', 'drain'], { error: 'not one of none, cordon, drain' }),
});

/** Throws BerthError `bad_request` with a sentence that names the field. */
export function parseMessage<S extends z.ZodType>(schema: S, message: unknown, what: string): z.output<S> {
  const result = schema.safeParse(message);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const field = issue.path.join('.');
  throw new BerthError('bad_request', `${what}: ${field === '' ? '' : `${field}: `}${issue.message}.`);
}
