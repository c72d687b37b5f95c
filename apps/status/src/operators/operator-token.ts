import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `read`: may look. `operate`: may give orders, too. */
export const scopes = ['read', 'operate'] as const;
export type Scope = (typeof scopes)[number];

const idBytes = 6;
const secretBytes = 32;
const form = new RegExp(`^berth_op_([0-9a-f]{${2 * idBytes}})_([A-Za-z0-9_-]{43})$`);

/** A new token: its id, which may be shown, and its secret, of which only the hash is kept. */
export function createOperatorToken(id = randomBytes(idBytes).toString('hex')): {
  id: string;
  token: string;
  hash: Buffer;
} {
  const secret = randomBytes(secretBytes).toString('base64url');
  return { id, token: `berth_op_${id}_${secret}`, hash: hashOf(secret) };
}

/** Undefined for what no operator's token looks like. */
export function parseOperatorToken(token: string): { id: string; hash: Buffer } | undefined {
  const [, id, secret] = form.exec(token) ?? [];
  return id === undefined ? undefined : { id, hash: hashOf(secret!) };
}

/** Without telling by its time how much of it was right. */
export function isSameSecret(shown: string, known: string): boolean {
  return timingSafeEqual(hashOf(shown), hashOf(known));
}

/** A secret of 256 bits needs no slow hash: there is nothing to guess. */
const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
