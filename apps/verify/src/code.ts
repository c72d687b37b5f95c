import { createHmac, randomBytes, randomInt } from 'node:crypto';

/** What a code is good for. `any`: for clients of the old dialect, which do not say. */
export type CodePurpose = 'register' | 'reset' | 'any';

/** Six digits, each of the million as likely as the others. */
export const createCode = (): string => randomInt(1_000_000).toString().padStart(6, '0');

/** The keyed hashes by which codes and addresses stand in Redis: who reads Redis learns neither. */
export class CodeHashes {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  ofAddress(email: string): string {
    return this.#hash('address', email);
  }

  ofSource(network: string): string {
    return this.#hash('source', network);
  }

  ofCode(email: string, code: string): string {
    return this.#hash('code', email, code);
  }

  /** The hash of a code that nobody can know, for addresses that are mailed none. */
  ofNoCode(): string {
    return randomBytes(32).toString('hex');
  }

  #hash(...parts: string[]): string {
    return createHmac('sha256', this.#secret).update(parts.join('\n')).digest('hex');
  }
}
