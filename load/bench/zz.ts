import { createRedis } from '@berth/redis';
import { PlacementQueue, RedisRegistry } from '@berth/status/app';
import { parseStatusConfig } from '@berth/status/config';
import { startRedis } from '@berth/stores';
const server = await startRedis();
const redis = createRedis(server.url, { commandTimeoutMs: 10_000 }) as any;
const { rules } = parseStatusConfig({ REDIS_URL: 'redis://unused', TICKET_SECRET: 'x'.repeat(32), ADMISSION_RATE: '1000000' });
const registry = new RedisRegistry(redis, rules);
const used = new Map<string, string[]>(); const ep = new Map<string, number>(); const seq = new Map<string, number>(); const cnt = new Map<string, number>();
for (let i = 0; i < 1000; i++) { const name = `10-0-${Math.floor(i / 250)}-${i % 250}`;
  const a: any = await registry.register({ name, bootEpoch: 0, instance: name, capacity: 20000, helloRate: 0, zone: '', version: '', address: { peerAddress: `${name}:50055`, clientHost: 'chat.example', clientPort: 8090, clientUrl: '' } });
  ep.set(name, a.bootEpoch); seq.set(name, 1); cnt.set(name, 0); used.set(name, []);
  await registry.report(name, a.bootEpoch, { sequence: 1, connections: 0, state: 1, loopDelayP99Ms: 5, freeMemoryBytes: 1e9, usedReservations: [] });
}
const B = Number(process.argv[2] ?? 32);
await redis.config('RESETSTAT');
let user = 0; const t0 = performance.now(); let n = 0;
await Promise.all(Array.from({length: 4}, async () => { while (performance.now() - t0 < 2000) {
  const reqs = Array.from({ length: B }, () => { const u = ++user; return { holder: `${u}.web`, nonce: 'abcdefghijkl', wish: { userId: u, deviceClass: 'web', zone: '', version: '', avoid: [] } }; });
  const { placed } = await registry.place('least', reqs); n += B; placed.forEach((p, i) => used.get(p.chosen!.name)!.push(`${reqs[i].holder}.abcdefghijkl`));
}}));
console.log('picks/s', Math.round(n / ((performance.now() - t0) / 1000)), 'cpu', process.cpuUsage());
const show = async () => console.log((await redis.info('commandstats')).split('\n').filter((l: string) => /evalsha|zadd|hset|hmget|zrange|zrem|hdel|time/.test(l)).map((l: string) => l.replace(/,rejected.*/, '')).join('\n'));
await show(); await redis.config('RESETSTAT');
let t1 = performance.now(); let r = 0;
for (const [name, u] of used) { cnt.set(name, cnt.get(name)! + u.length); seq.set(name, seq.get(name)! + 1); await registry.report(name, ep.get(name)!, { sequence: seq.get(name)!, connections: cnt.get(name)!, state: 1, loopDelayP99Ms: 5, freeMemoryBytes: 1e9, usedReservations: u.slice(0, 4000) }); r += u.length; }
console.log('reports', performance.now() - t1, 'ms for used', r); await show();
redis.disconnect(); await server.kill();
