import { createHmac, randomBytes } from 'node:crypto';

/** What a code is good for. `any`: for clients of the old dialect, which do not say. */
export type CodePurpose = 'register' | 'reset' | 'any';

/**
 * Codes for registering and all others have nothing to do with each other: whoever asks to register somebody's address,
 * which gives nobody a code where there is an account, neither voids nor uses up their codes for a new password.
 */
export const codeFamilies = ['register', 'reset'] as const;
export type CodeFamily = (typeof codeFamilies)[number];

export const familyOf = (purpose: CodePurpose): CodeFamily => (purpose === 'register' ? 'register' : 'reset');

/** What a new code is derived from. */
export const createNonce = (): string => randomBytes(16).toString('hex');

/**
 * Codes, and the keyed hashes by which they and addresses stand in Redis: who reads Redis learns neither. A code is derived
 * from a nonce that is kept there, so that the same one can be mailed again.
 */
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

  /** Six digits, each of the million as likely as the others (but for one part in 10^8). */
  codeOf(email: string, nonce: string): string {
    const number = createHmac('sha256', this.#secret).update(['derive', email, nonce].join('\n')).digest();
    return (number.readUIntBE(0, 6) % 1_000_000).toString().padStart(6, '0');
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
