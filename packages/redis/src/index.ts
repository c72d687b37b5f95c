export { LuaScript } from './lua-script.ts';
export { createRedis, type Redis, redisMillis } from './redis.ts';
export { parseRedisUrl } from './redis-url.ts';
