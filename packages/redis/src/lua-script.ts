import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from './redis.ts';

/** A `.lua` file with a KEYS/ARGV header, called by its hash and loaded again when the server forgot it. */
export class LuaScript<Answer = unknown> {
  readonly #text: string;
  readonly #sha: string;

  /** `file`: `new URL('./place.lua', import.meta.url)`; `preludes` are put before it: functions that scripts share. */
  constructor(file: URL, ...preludes: URL[]) {
    this.#text = [...preludes, file].map((part) => readFileSync(part, 'utf8')).join('\n');
    this.#sha = createHash('sha1').update(this.#text).digest('hex');
  }

  async run(redis: Redis, keys: string[], args: (string | number | Buffer)[]): Promise<Answer> {
    try {
      return (await redis.evalsha(this.#sha, keys.length, ...keys, ...args)) as Answer;
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return (await redis.eval(this.#text, keys.length, ...keys, ...args)) as Answer;
    }
  }
}
