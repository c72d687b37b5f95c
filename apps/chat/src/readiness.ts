import { type Mysql, schemaVersion } from '@berth/mysql';
import type { Redis } from '@berth/redis';
import type { Check } from '@berth/telemetry';

/** May this node get log-ins? Each check says in one sentence what is missing. */
export function createReadiness({
  mysql,
  redis,
  isReady,
  isSettling,
}: {
  mysql: Mysql;
  redis: Redis;
  isReady(): boolean;
  /** It takes log-ins, but a rollout is to wait. */
  isSettling(): boolean;
}): Record<string, Check> {
  let hasSchema = false;
  return {
    registry: () => (isReady() ? undefined : 'not registered, or on the way out'),
    rollout: () => (isSettling() ? 'new here: the next node is to be replaced a little later' : undefined),
    mysql: async () => {
      if (hasSchema) {
        await mysql.rows('SELECT 1');
        return undefined;
      }
      const { applied, wanted } = await schemaVersion(mysql);
      hasSchema = applied >= wanted;
      return hasSchema ? undefined : `the schema has version ${applied}, this build needs ${wanted}`;
    },
    redis: async () => {
      await redis.ping();
      return undefined;
    },
  };
}
