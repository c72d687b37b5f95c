import { parse } from 'yaml';

/** Shorter ones stand everywhere by chance, as names and numbers do. */
const leastCharacters = 16;

/** What must not be seen of a secret, by the names of the secrets: each word of it that is long enough. */
export type Fragments = Map<string, string[]>;

/** Of settings as `pulumi config --json --show-secrets` prints them. Certificates, and where a cluster is, are no secrets. */
export function fragmentsOf(config: Record<string, { value: string; secret: boolean }>): Fragments {
  const fragments: Fragments = new Map();
  for (const [name, { value, secret }] of Object.entries(config)) {
    if (!secret) continue;
    const words = textsOf(name.endsWith(':kubeconfig') ? (parse(value) as Kubeconfig).users : value)
      .filter((text) => !text.includes('BEGIN CERTIFICATE'))
      .flatMap((text) => text.split(/\s+/))
      .filter((word) => word.length >= leastCharacters && !word.startsWith('--'));
    fragments.set(name, [...new Set(words)]);
  }
  return fragments;
}

/** The names of the secrets of which something stands in the text, as it is or in base64, however deep. */
export function tracesIn(text: string, fragments: Fragments): string[] {
  const readable = [text];
  for (const one of readable) {
    if (readable.length > 100_000) throw new Error('base64 in base64 without an end');
    for (const [encoded] of one.matchAll(/[A-Za-z0-9+/_-]{22,}={0,2}/g)) {
      const decoded = Buffer.from(encoded, 'base64').toString();
      // What is no text was no base64 of one.
      if (!decoded.includes('\uFFFD')) readable.push(decoded);
    }
  }
  return [...fragments]
    .filter(([, words]) => words.some((word) => readable.some((one) => one.includes(word))))
    .map(([name]) => name);
}

interface Kubeconfig {
  users: { user: object }[];
}

/** Every text in it, also within texts that are JSON. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') {
    try {
      const inner: unknown = JSON.parse(value);
      if (typeof inner === 'object') return textsOf(inner);
    } catch {
      // Not JSON.
    }
    // kubectl keeps keys in base64.
    const decoded = Buffer.from(value, 'base64').toString();
    return decoded.startsWith('-----BEGIN') ? [decoded] : [value];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
