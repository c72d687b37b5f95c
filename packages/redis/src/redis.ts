import { readFileSync } from 'node:fs';
import { backoffMs } from '@berth/lifecycle';
import type { Cluster, Redis as IoRedis, RedisOptions } from 'ioredis';
import { BoundedCluster } from './bounded-cluster.ts';
import { parseRedisUrl } from './redis-url.ts';
import { SelectedRedis } from './selected-redis.ts';

export type Redis = IoRedis | Cluster;

/**
 * Connects by URL, in the forms of `parseRedisUrl`; `rediss` means TLS, to sentinels, too.
 * Commands wait for a connection at most `commandTimeoutMs` (default 1 000) and are then refused, so that no queue
 * grows while Redis is away; a connection on which nothing came back for three times as long is given up, whatever the
 * kernel thinks of it; reconnects back off with jitter up to 2 s, for ever. Throws an Error for a URL that is not understood.
 */
export function createRedis(
  url: string,
  { commandTimeoutMs = 1_000, tlsCaFile = undefined as string | undefined } = {},
): Redis {
  const { topology, tls: hasTls, nodes, db, masterName, ...credentials } = parseRedisUrl(url);
  const { username, password, sentinelUsername, sentinelPassword } = credentials;
  const tls = hasTls ? (tlsCaFile ? { ca: readFileSync(tlsCaFile, 'utf8') } : {}) : undefined;
  const options: RedisOptions = {
    ...(username && { username }),
    ...(password && { password }),
    ...(tls && { tls }),
    commandTimeout: commandTimeoutMs,
    socketTimeout: 3 * commandTimeoutMs,
    maxRetriesPerRequest: 1,
    connectTimeout: 2_000,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: true,
    // A failover may leave the connection to a server that is a replica now: the address leads to another one.
    reconnectOnError: (error) => /READONLY|MASTERDOWN/.test(error.message),
    retryStrategy: (attempt) => 50 + backoffMs(attempt, { baseMs: 50, maxMs: 2_000 }),
  };
  const client =
    topology === 'cluster'
      ? new BoundedCluster(
          nodes,
          {
            redisOptions: options,
            clusterRetryStrategy: (attempt) => 50 + backoffMs(attempt, { maxMs: 2_000 }),
          },
          commandTimeoutMs,
        )
      : topology === 'sentinel'
        ? new SelectedRedis({
            ...options,
            sentinels: nodes,
            name: masterName,
            db,
            ...(sentinelUsername && { sentinelUsername }),
            ...(sentinelPassword && { sentinelPassword }),
            ...(tls && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
            sentinelCommandTimeout: commandTimeoutMs,
            sentinelRetryStrategy: (attempt) => 50 + backoffMs(attempt, { baseMs: 50, maxMs: 2_000 }),
          })
        : new SelectedRedis({ ...options, ...nodes[0], db });
  // Without a listener ioredis prints each failed attempt; the caller sees failures in its commands.
  client.on('error', () => {});
  return client;
}

/** Redis' own clock in milliseconds: the only one that placement and tickets go by. */
export async function redisMillis(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}
