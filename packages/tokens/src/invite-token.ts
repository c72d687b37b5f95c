import { randomBytes } from 'node:crypto';

const idBytes = 4;
/** 128 random bits: not to be guessed, so that no attempts need to be counted. */
const secretBytes = 16;

/** A new invite of a user: its token, and the secret in it. */
export function createInviteToken(user: number): { token: string; secret: Buffer } {
  const secret = randomBytes(secretBytes);
  return { token: formatInviteToken(user, secret), secret };
}

/** 27 characters, good in a link as they are: who invites, and the secret. */
export function formatInviteToken(user: number, secret: Uint8Array): string {
  const id = Buffer.alloc(idBytes);
  id.writeUInt32BE(user);
  return Buffer.concat([id, secret]).toString('base64url');
}

/** Undefined for what no invite is called. */
export function parseInviteToken(token: string): { user: number; secret: Buffer } | undefined {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== idBytes + secretBytes || bytes.toString('base64url') !== token) return undefined;
  return { user: bytes.readUInt32BE(), secret: bytes.subarray(idBytes) };
}
