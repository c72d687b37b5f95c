import { randomBytes } from 'node:crypto';

/**
 * Names for reservations, unique over all replicas and restarts: a random name for this process (72 bits) and a count.
 * They need not be guessed-proof: a ticket is signed.
 */
export function createNonces(): () => string {
  const prefix = randomBytes(9).toString('base64url');
  let count = 0;
  return () => `${prefix}-${(count++).toString(36)}`;
}
