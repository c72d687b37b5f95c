import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Circuit } from '@berth/lifecycle';
import type { Redis } from '@berth/redis';
import { BerthError } from '@berth/wire';
import type { Bucket, TokenBuckets } from './token-bucket.ts';

export interface LoginLimitParts {
  redis: Redis;
  circuit: Circuit;
  buckets: TokenBuckets;
  /** Log-ins to one account from one network. */
  perMinute: number;
  /** Log-ins held back at a time at most. Default 1 000. */
  maxHeld?: number;
  /** Default: a timer. */
  pause?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** All unfamiliar networks together may try so many times what one may. */
const strangersFactor = 5;
/** The longest that a log-in is held back. */
const maxHoldMs = 2_000;
/** How long a network stays familiar after the last log-in from it. */
const familiarMs = 30 * 86_400_000;

/**
 * Guessing is slow, and yet nobody can be locked out of their account by someone else's guesses:
 *
 * - Each (account, network) pair has a tight bucket. Someone who guesses from elsewhere does not touch the owner's.
 * - Networks from which nobody has logged in to the account share one loose bucket of it, against guessing from many
 *   places. As it runs low, log-ins from there are held back longer and longer before the password is even looked at, and
 *   are refused when it is empty. A network from which the owner has logged in before is *familiar* and does not draw on
 *   it; so the owner gets in from there however hard others try.
 * - An owner in a new place during such an attack sets a new password by mail, which makes the place familiar, and its
 *   pair's bucket full.
 *
 * Accounts are known here by a hash of the address typed, whether it exists or not: refusals tell nothing of it.
 * Without Redis nobody is familiar, and each replica counts for itself.
 */
export class LoginLimit {
  readonly #parts: Required<LoginLimitParts>;
  #held = 0;

  constructor(parts: LoginLimitParts) {
    this.#parts = {
      maxHeld: 1_000,
      pause: (ms, signal) => delay(ms, undefined, { signal }).catch(() => signal?.throwIfAborted()),
      ...parts,
    };
  }

  /** Log-ins that are held back now. */
  get held(): number {
    return this.#held;
  }

  /** Counts one attempt, holding it back where due, until `signal` at most. Throws BerthError `rate_limited`. */
  async take(email: string, network: string, signal?: AbortSignal): Promise<void> {
    const { buckets, perMinute } = this.#parts;
    const account = accountKey(email);
    const pair: Bucket = { key: pairKey(account, network), burst: perMinute, perMinute };
    const strangersBurst = perMinute * strangersFactor;
    const strangers: Bucket = {
      key: `${account}:strangers`,
      burst: strangersBurst,
      perMinute: strangersBurst,
    };
    const isFamiliar = await this.#isFamiliar(account, network);
    const { isTaken, waitMs, left } = await buckets.take(isFamiliar ? [pair] : [pair, strangers]);
    if (!isTaken) throw refusal(waitMs);
    if (!isFamiliar) await this.#hold(holdMs(left[1]!, strangersBurst), signal);
  }

  /** The owner was here: by password or by a code from their mailbox. */
  async welcome(email: string, network: string, by: 'password' | 'code'): Promise<void> {
    const { circuit, redis } = this.#parts;
    const account = accountKey(email);
    await circuit.run(async () => {
      await redis.set(familiarKey(account, network), '1', 'PX', familiarMs);
      if (by === 'code') await redis.del(pairKey(account, network));
    });
  }

  async #isFamiliar(account: string, network: string): Promise<boolean> {
    const { circuit, redis } = this.#parts;
    try {
      return (await circuit.run(() => redis.exists(familiarKey(account, network)))) === 1;
    } catch {
      return false;
    }
  }

  async #hold(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (ms === 0) return;
    if (this.#held >= this.#parts.maxHeld) throw refusal(maxHoldMs);
    this.#held++;
    try {
      await this.#parts.pause(ms, signal);
    } finally {
      this.#held--;
    }
  }
}

/** Nothing while the bucket is half full or more, then rising in a line to the longest at empty. */
export const holdMs = (left: number, burst: number): number =>
  Math.round(maxHoldMs * Math.min(1, Math.max(0, 1 - left / (burst / 2))));

const refusal = (retryAfterMs: number): BerthError =>
  new BerthError('rate_limited', 'Too many log-ins; try again soon, or set a new password by mail.', {
    retryAfterMs,
  });

const accountKey = (email: string): string => `gate:{login:${hash(email)}}`;
const pairKey = (account: string, network: string): string => `${account}:pair:${network}`;
const familiarKey = (account: string, network: string): string => `${account}:familiar:${network}`;
const hash = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 32);
