import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSessionKey, publicSessionKeys } from '@berth/tokens';

export interface SecretFiles {
  sessionKeys: string;
  /** The same, to verify only. */
  sessionPublicKeys: string;
  /** Signs links to files. */
  linkSecret: string;
  ticketSecret: string;
  codeSecret: string;
  /** What `npx berth fleet` shows to status. */
  operatorToken: string;
}

/** The secrets of this installation, made at the first start and readable by this user alone. */
export function prepareSecrets(dataDir: string): SecretFiles {
  const folder = join(dataDir, 'secrets');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const keep = (name: string, make: () => string): string => {
    const file = join(folder, name);
    if (!existsSync(file)) writeFileSync(file, `${make()}\n`, { mode: 0o600, flag: 'wx' });
    return file;
  };
  const sessionKeys = keep('session-keys.json', () =>
    JSON.stringify({ keys: [createSessionKey()] }, null, 2),
  );
  const sessionPublicKeys = join(folder, 'session-public-keys.json');
  writeFileSync(sessionPublicKeys, publicSessionKeys(readFileSync(sessionKeys, 'utf8')), { mode: 0o600 });
  return {
    sessionKeys,
    sessionPublicKeys,
    linkSecret: keep('link-secret', randomSecret),
    ticketSecret: keep('ticket-secret', randomSecret),
    codeSecret: keep('code-secret', randomSecret),
    operatorToken: keep('operator-token', randomSecret),
  };
}

const randomSecret = (): string => randomBytes(32).toString('base64url');
