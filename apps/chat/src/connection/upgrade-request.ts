import { limits } from '@berth/wire';

/** What a request for a WebSocket asks for. */
export interface UpgradeRequest {
  /** Path and query. */
  url: string;
  /** Undefined: it comes from no browser. */
  origin: string | undefined;
  /** Of the handshake. */
  key: string;
  /** Bytes of the request; frames may follow. */
  bytes: number;
}

const end = '\r\n\r\n';
const requestLine = /^GET (\/[!"$-~]{0,4096}) HTTP\/1\.1$/;
const nameForm = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const valueForm = /^[ -~]*$/;
const keyForm = /^[+/0-9A-Za-z]{22}==$/;
/** Lines of it at most, the first one included. */
const maxLines = 100;
/** With these it is more than the request that every client sends. */
const uncommon = new Set([
  ...['content-length', 'transfer-encoding', 'expect', 'trailer', 'te', 'proxy-connection'],
  ...['sec-websocket-protocol', 'sec-websocket-origin'],
]);
const known = new Set([
  'host',
  'upgrade',
  'connection',
  'origin',
  'sec-websocket-key',
  'sec-websocket-version',
]);

/**
 * Reads the request for a WebSocket as clients really send it: whole, and nothing odd about it. It takes none that a general reader
 * would not; undefined of all others, which are that one's.
 */
export function parseUpgrade(chunk: Buffer): UpgradeRequest | undefined {
  const endAt = chunk.indexOf(end, 0, 'latin1');
  if (endAt < 0 || endAt > limits.maxHeaderBytes - end.length) return undefined;
  const lines = chunk.toString('latin1', 0, endAt).split('\r\n');
  const url = requestLine.exec(lines[0]!)?.[1];
  if (url === undefined || lines.length > maxLines) return undefined;
  const headers = new Map<string, string>();
  for (let at = 1; at < lines.length; at++) {
    const line = lines[at]!;
    const colon = line.indexOf(':');
    const [spelled, value] = [line.slice(0, colon), line.slice(colon + 1)];
    if (colon < 0 || !nameForm.test(spelled) || !valueForm.test(value)) return undefined;
    const name = spelled.toLowerCase();
    if (uncommon.has(name)) return undefined;
    if (!known.has(name)) continue;
    if (headers.has(name)) return undefined;
    headers.set(name, value.trim());
  }
  const key = headers.get('sec-websocket-key') ?? '';
  const isUpgrade =
    headers.has('host') &&
    headers.get('upgrade')?.toLowerCase() === 'websocket' &&
    headers.get('sec-websocket-version') === '13' &&
    hasUpgrade(headers.get('connection') ?? '') &&
    keyForm.test(key);
  if (!isUpgrade) return undefined;
  return { url, origin: headers.get('origin'), key, bytes: endAt + end.length };
}

const hasUpgrade = (connection: string): boolean =>
  connection.split(',').some((token) => token.trim().toLowerCase() === 'upgrade');
