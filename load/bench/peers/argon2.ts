import { argon2, randomBytes } from 'node:crypto';
import process from 'node:process';
import { promisify } from 'node:util';

/** argon2id alone, as OWASP's first choice and gate have it: so many at a time, for so many seconds; a line of JSON. */
const [atATime, seconds] = process.argv.slice(2).map(Number) as [number, number];
const derive = promisify(argon2);
const message = 'Harbour-light-9';
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };

let done = 0;
const startedAt = performance.now();
const loop = async () => {
  while (performance.now() - startedAt < seconds * 1_000) {
    await derive('argon2id', { message, nonce: randomBytes(16), ...cost });
    done++;
  }
};
await Promise.all(Array.from({ length: atATime }, loop));
const { user, system } = process.cpuUsage();
const perSecond = (done * 1_000) / (performance.now() - startedAt);
console.log(JSON.stringify({ perSecond, cpuUs: (user + system) / done }));
