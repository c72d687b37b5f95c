import type { LookupAddress } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import process from 'node:process';
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import type { Web } from './web.ts';

export interface Wanted {
  /** For `Accept`. */
  accept: string;
  /** What the content type must be. */
  types: RegExp;
  maxBytes: number;
  /** `cut`: what is beyond `maxBytes` is left out; `refuse`: there is nothing then. */
  beyond: 'cut' | 'refuse';
  signal: AbortSignal;
}

/** What was read of the web. */
export interface Read {
  /** Where it was in the end. */
  url: URL;
  /** Of its content type. */
  charset: string | undefined;
  bytes: Buffer;
}

/** The address is not one that may be asked. */
export class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError';

  constructor() {
    super('not an address of the public web');
  }
}

const maxRedirects = 5;
const maxUrlLength = 2_048;
const maxHeaderBytes = 16_384;
/** Addresses of a name that are tried, of each family. */
const maxAddresses = 2;
const userAgent = 'Mozilla/5.0 (compatible; BerthLinkPreview/1.0)';

/**
 * Reads something of the public web. Each address is looked at before anything is asked: of a name all that it leads to, and exactly what
 * was looked at is connected to; once more on the connection; and all of that anew for every redirect. No cookies, no credentials, no
 * connection is used twice. Throws RefusedAddressError, or whatever went wrong.
 */
export async function readFrom(web: Web, address: string, wanted: Wanted): Promise<Read> {
  let url = new URL(address);
  for (let redirects = 0; ; redirects++) {
    const answer = await ask(web, url, wanted);
    const { statusCode = 0, headers } = answer;
    if ([301, 302, 303, 307, 308].includes(statusCode) && headers.location !== undefined) {
      answer.destroy();
      if (redirects >= maxRedirects) throw new Error('too many redirects');
      if (headers.location.length > maxUrlLength) throw new Error('a redirect to too long an address');
      url = new URL(headers.location, url);
      continue;
    }
    try {
      const type = headers['content-type'] ?? '';
      if (statusCode !== 200 || !wanted.types.test(type)) throw new Error('not what was asked for');
      const bytes = await readBody(answer, wanted);
      return { url, charset: /;\s*charset="?([\w.:-]{1,40})/i.exec(type)?.[1], bytes };
    } finally {
      answer.destroy();
    }
  }
}

async function ask(web: Web, url: URL, { accept, signal }: Wanted): Promise<IncomingMessage> {
  const isSecure = url.protocol === 'https:';
  // Without the dot that ends a name which is written in full.
  const host = url.hostname.replace(/^\[|\]$|\.$/g, '');
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  const isName = isIP(host) === 0;
  if (!isSecure && url.protocol !== 'http:') throw new RefusedAddressError();
  if (url.username !== '' || url.password !== '' || !web.isPort(port)) throw new RefusedAddressError();
  // Names of one label are the network's own.
  if (isName && !/[^.]\.[^.]/.test(host)) throw new RefusedAddressError();
  const addresses = isName ? await web.resolve(host, signal) : [host];
  // Whoever mixes both kinds means no good.
  if (!addresses.every((each) => web.isPublic(each))) throw new RefusedAddressError();
  const options: RequestOptions = {
    ...{ method: 'GET', host, port, path: url.pathname + url.search, signal },
    ...{ agent: false, maxHeaderSize: maxHeaderBytes, lookup: leadingTo(addresses) },
    headers: {
      ...{ host: url.host, accept, 'accept-encoding': 'gzip, br', 'accept-language': 'en, *;q=0.5' },
      ...{ 'user-agent': userAgent, connection: 'close' },
    },
    ...(isSecure && isName && { servername: host }),
  };
  return new Promise((resolve, reject) => {
    const sent = (isSecure ? httpsRequest : httpRequest)(options, resolve);
    sent.on('error', reject);
    // Without an error where it was answered with another protocol.
    sent.on('close', () => reject(new Error('no answer')));
    sent.on('socket', (socket: Socket) => {
      socket.once('connect', () => {
        if (!web.isPublic(socket.remoteAddress ?? '')) socket.destroy(new RefusedAddressError());
      });
    });
    sent.end();
  });
}

/** A look-up that knows its answer. */
function leadingTo(addresses: readonly string[]): LookupFunction {
  const of = (family: 4 | 6): LookupAddress[] =>
    addresses
      .filter((address) => isIP(address) === family)
      .slice(0, maxAddresses)
      .map((address) => ({ address, family }));
  const all = [...of(4), ...of(6)];
  return (_, options, done) => {
    const [first] = all;
    if (options.all) process.nextTick(done, null, all);
    else process.nextTick(done, null, first!.address, first!.family);
  };
}

async function readBody(answer: IncomingMessage, { maxBytes, beyond }: Wanted): Promise<Buffer> {
  if (beyond === 'refuse' && Number(answer.headers['content-length'] ?? 0) > maxBytes)
    throw new Error('too large');
  const chunks: Buffer[] = [];
  let left = maxBytes;
  for await (const chunk of unpacked(answer, maxBytes) as AsyncIterable<Buffer>) {
    if (chunk.length > left && beyond === 'refuse') throw new Error('too large');
    chunks.push(chunk.subarray(0, left));
    left -= chunk.length;
    if (left <= 0 && beyond === 'cut') break;
  }
  return Buffer.concat(chunks);
}

/** What it holds, a few kilobytes at a time, however much it is packed. What comes packed is never more than `maxBytes`. */
function unpacked(answer: IncomingMessage, maxBytes: number): Readable {
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  if (encoding === 'identity' || encoding === '') return answer;
  const isGzip = encoding === 'gzip' || encoding === 'x-gzip';
  if (!isGzip && encoding !== 'br') throw new Error('packed in another way than was asked for');
  const unpack = isGzip ? createGunzip() : createBrotliDecompress();
  async function* limited(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new Error('too large');
      yield chunk;
    }
  }
  // What goes wrong is told to whoever reads.
  return pipeline(answer, limited, unpack, () => {});
}
