import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { readFileSync, type StatWatcher, unwatchFile, watchFile } from 'node:fs';
import { BerthError } from '@berth/wire';

/** What a session token says. */
export interface SessionClaims {
  user: number;
  /** 32 hex digits. */
  session: string;
  deviceClass: string;
  /** The account's generation at log-in; a password reset raises it and so voids the token. */
  generation: number;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

interface KeyFile {
  /** The first key signs, all verify: two at a time while a rotation lasts. */
  keys: { kid: string; privateKey: string }[];
}

/** The same for those who verify only. */
interface PublicKeyFile {
  keys: { kid: string; publicKey: string }[];
}

interface Key {
  kid: string;
  /** Absent where tokens are verified only. */
  privateKey?: KeyObject;
  publicKey: KeyObject;
}

/** A fresh Ed25519 key in the form of the key file's entries. */
export function createSessionKey(): KeyFile['keys'][number] {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    kid: randomBytes(6).toString('hex'),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** Tokens whose signature was found right, remembered: about 20 MB. */
const maxVerified = 50_000;

/** The content of a key file without what signs: for services other than gate. */
export function publicSessionKeys(content: string): string {
  const keys = parseKeys(content).map(({ kid, publicKey }) => ({
    kid,
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }));
  return JSON.stringify({ keys });
}

/** Signs and verifies session tokens: `berth1.<kid>.<payload>.<signature>`, Ed25519. */
export class SessionKeys {
  #keys: Key[];
  /** The claims of tokens verified by the present keys, the oldest first: who comes back costs no second verification. */
  readonly #verified = new Map<string, SessionClaims>();
  readonly #file: string | undefined;
  #watcher: StatWatcher | undefined;

  /** `content`: the key file's JSON, `{"keys": [{kid, privateKey}]}`, or with `publicKey` to verify only. Throws when no key in it can be used. */
  constructor(content: string, file?: string) {
    this.#keys = parseKeys(content);
    this.#file = file;
  }

  /** Reads the file, and again whenever it changes (every `pollMs`); a file that cannot be used leaves the old keys. */
  static watch(file: string, { pollMs = 5_000, onError = (_: unknown) => {} } = {}): SessionKeys {
    const keys = new SessionKeys(readFileSync(file, 'utf8'), file);
    keys.#watcher = watchFile(file, { interval: pollMs, persistent: false }, () => {
      try {
        keys.#keys = parseKeys(readFileSync(file, 'utf8'));
        // What a key that is gone has signed is void.
        keys.#verified.clear();
      } catch (error) {
        onError(error);
      }
    });
    return keys;
  }

  sign(claims: SessionClaims): string {
    const { kid, privateKey } = this.#keys[0]!;
    if (privateKey === undefined) throw new Error('session keys: public keys sign nothing');
    const packed = [claims.user, claims.session, claims.deviceClass, claims.generation, claims.expiresAt];
    const body = `berth1.${kid}.${Buffer.from(JSON.stringify(packed)).toString('base64url')}`;
    return `${body}.${sign(null, Buffer.from(body), privateKey).toString('base64url')}`;
  }

  /** Throws BerthError `unauthenticated`. Generation and revocation are the caller's to check. */
  verify(token: string, nowMs = Date.now()): SessionClaims {
    const claims = this.#verified.get(token) ?? this.#remember(token, this.#claimsOf(token));
    if (claims.expiresAt <= nowMs)
      throw new BerthError('session_ended', 'This session has expired; log in again.');
    return { ...claims };
  }

  #claimsOf(token: string): SessionClaims {
    const match = /^(berth1\.([\w-]{1,64})\.([\w-]{1,512}))\.([\w-]{86})$/.exec(token);
    const key = match && this.#keys.find((candidate) => candidate.kid === match[2]);
    const signature = Buffer.from(match?.[4] ?? '', 'base64url');
    // Base64 has several spellings of the same bytes; a token has one.
    const isCanonical = signature.toString('base64url') === match?.[4];
    if (!match || !key || !isCanonical || !verify(null, Buffer.from(match[1]!), key.publicKey, signature)) {
      throw new BerthError('unauthenticated', 'This session token is not valid.');
    }
    const [user, session, deviceClass, generation, expiresAt] = JSON.parse(
      Buffer.from(match[3]!, 'base64url').toString(),
    );
    return { user, session, deviceClass, generation, expiresAt };
  }

  #remember(token: string, claims: SessionClaims): SessionClaims {
    if (this.#verified.size >= maxVerified) {
      const [oldest] = this.#verified.keys();
      this.#verified.delete(oldest!);
    }
    // Out of memory of its own: the token may be a slice of a request's whole head.
    this.#verified.set(Buffer.from(token).toString('latin1'), claims);
    return claims;
  }

  close(): void {
    if (this.#watcher && this.#file) unwatchFile(this.#file);
  }
}

function parseKeys(content: string): Key[] {
  const { keys } = JSON.parse(content) as KeyFile | PublicKeyFile;
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > 2)
    throw new Error('session keys: expected one or two keys');
  return keys.map((entry) => {
    const { kid } = entry;
    const privateKey = 'privateKey' in entry ? createPrivateKey(entry.privateKey) : undefined;
    const publicKey = createPublicKey(privateKey ?? (entry as PublicKeyFile['keys'][number]).publicKey);
    if (publicKey.asymmetricKeyType !== 'ed25519') throw new Error(`session keys: ${kid} is not Ed25519`);
    return { kid, publicKey, ...(privateKey && { privateKey }) };
  });
}
