import { readFileSync } from 'node:fs';
import { backoffMs } from '@berth/lifecycle';
import { type Cluster, Redis as IoRedis, type RedisOptions } from 'ioredis';
import { BoundedCluster } from './bounded-cluster.ts';

export type Redis = IoRedis | Cluster;

/**
 * Connects by URL: `redis://` or `rediss://host:port/db`; `redis+cluster://host:port,host:port`;
 * `redis+sentinel://host:port,host:port/master-name`; a second `s` before the `+` (`rediss+cluster`) means TLS.
 * Commands wait for a connection at most `commandTimeoutMs` (default 1 000) and are then refused, so that no queue
 * grows while Redis is away; reconnects back off with jitter up to 2 s, for ever.
 */
export function createRedis(
  url: string,
  { commandTimeoutMs = 1_000, tlsCaFile = undefined as string | undefined } = {},
): Redis {
  const parsed =
    /^(redis|rediss)(?:\+(cluster|sentinel))?:\/\/(?:([^:@/]*):([^@/]*)@)?([^/]+)(?:\/(.*))?$/.exec(url);
  if (!parsed)
    throw new Error('REDIS_URL: expected redis://, rediss://, redis+cluster:// or redis+sentinel://');
  const [, scheme, topology, username, password, hosts, path] = parsed;
  const options: RedisOptions = {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(scheme === 'rediss' && { tls: tlsCaFile ? { ca: readFileSync(tlsCaFile, 'utf8') } : {} }),
    commandTimeout: commandTimeoutMs,
    maxRetriesPerRequest: 1,
    connectTimeout: 2_000,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: true,
    // A failover may leave the connection to a server that is a replica now: the address leads to another one.
    reconnectOnError: (error) => error.message.includes('READONLY'),
    retryStrategy: (attempt) => 50 + backoffMs(attempt, { baseMs: 50, maxMs: 2_000 }),
  };
  const nodes = hosts!.split(',').map((host) => {
    const colon = host.lastIndexOf(':');
    return colon < 0
      ? { host, port: 6379 }
      : { host: host.slice(0, colon), port: Number(host.slice(colon + 1)) };
  });
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
        ? new IoRedis({ ...options, sentinels: nodes, name: path || 'mymaster' })
        : new IoRedis({ ...options, ...nodes[0], db: path ? Number(path) : 0 });
  // Without a listener ioredis prints each failed attempt; the caller sees failures in its commands.
  client.on('error', () => {});
  return client;
}

/** Redis' own clock in milliseconds: the only one that placement and tickets go by. */
export async function redisMillis(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}
