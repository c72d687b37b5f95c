import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { TaskQueue } from '../limits/task-queue.ts';

const derive = promisify(argon2);

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const saltBytes = 16;
const tagBytes = 32;

export interface HasherOptions {
  concurrency: number;
  queue: number;
  /** Hears the seconds that each hash took, waiting not counted. */
  onHash?: (seconds: number) => void;
}

/**
 * argon2id on libuv's threads, so many at a time and the rest in a bounded queue (BerthError `unavailable` when it is
 * full). Passwords are NFC-normalised, so that one typed on another keyboard is the same.
 */
export class Argon2Hasher {
  readonly #queue: TaskQueue;
  readonly #onHash: (seconds: number) => void;
  /** Of a password that nobody has. */
  readonly #nobodysHash = phcOf(randomBytes(saltBytes), randomBytes(tagBytes));

  constructor({ concurrency, queue, onHash = () => {} }: HasherOptions) {
    this.#queue = new TaskQueue({ concurrency, queue });
    this.#onHash = onHash;
  }

  get running(): number {
    return this.#queue.running;
  }

  get waiting(): number {
    return this.#queue.waiting;
  }

  /** A PHC string. One that waits when `signal` is aborted is not made. */
  async hash(password: string, signal?: AbortSignal): Promise<string> {
    const salt = randomBytes(saltBytes);
    return phcOf(salt, await this.#derive(password, salt, cost, tagBytes, signal));
  }

  /**
   * Whether the password is the one of the PHC string. Without a string, for an account that does not exist, false at the
   * very same cost. Throws when the string is none of ours.
   */
  async verify(password: string, phc: string | undefined, signal?: AbortSignal): Promise<boolean> {
    const { salt, tag, ...parameters } = parsePhc(phc ?? this.#nobodysHash);
    const derived = await this.#derive(password, salt, parameters, tag.length, signal);
    return timingSafeEqual(derived, tag) && phc !== undefined;
  }

  #derive(
    password: string,
    nonce: Buffer,
    parameters: { memory: number; passes: number; parallelism: number },
    tagLength: number,
    signal: AbortSignal | undefined,
  ): Promise<Buffer> {
    return this.#queue.run(async () => {
      const began = performance.now();
      const message = password.normalize('NFC');
      const derived = await derive('argon2id', { message, nonce, tagLength, ...parameters });
      this.#onHash((performance.now() - began) / 1_000);
      return derived;
    }, signal);
  }
}

function phcOf(salt: Buffer, tag: Buffer): string {
  const { memory, passes, parallelism } = cost;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`;
}

function parsePhc(phc: string) {
  const match =
    /^\$argon2id\$v=19\$m=(\d{1,6}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/.exec(
      phc,
    );
  if (!match) throw new Error('a stored password hash is no argon2id PHC string');
  const [memory, passes, parallelism] = match.slice(1, 4).map(Number) as [number, number, number];
  return {
    memory,
    passes,
    parallelism,
    salt: Buffer.from(match[4]!, 'base64'),
    tag: Buffer.from(match[5]!, 'base64'),
  };
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
