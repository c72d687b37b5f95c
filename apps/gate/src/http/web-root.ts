import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import type { NextFunction, Request, Response } from 'express';
import { assetsFolder, isContentName } from '../web/asset-name.ts';
import type { SharedAssets } from '../web/shared-assets.ts';

const decompress = promisify(brotliDecompress);

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** Compressed copies that a build may lay beside a file, the smallest first. */
const encodings = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

/**
 * Serves the built web client from `root`: files as they are, or a `.br` or `.gz` beside them to who takes it; files named
 * after their content (`name-hash.ext`) for ever, also those of other builds, the rest asked for again each time; and
 * `index.html` at the root, to which every other page leads: the client names its files relative to its page, so that it
 * works below any path, also one that a proxy takes away. What is neither goes on to the next handler.
 */
export function serveWebRoot(root: string, shared: Pick<SharedAssets, 'find'>) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const path = filePath(request.path);
    if (path === undefined) return next();
    const isFound =
      path !== '' &&
      ((await serveFile(root, path, request, response)) ||
        (await serveShared(shared, path, request, response)));
    if (isFound) return;
    // A page is what a browser navigates to; a missing script must not turn out to be one.
    const isPage =
      extname(path) === '' && !path.startsWith(assetsFolder) && request.accepts(['html', 'json']) === 'html';
    if (!isPage || !(await isFile(join(root, 'index.html')))) return next();
    const depth = request.path.split('/').length - 2;
    if (path === '' && depth === 0) {
      await serveFile(root, 'index.html', request, response);
      return;
    }
    response.locals.route = 'web';
    response.setHeader('cache-control', 'no-cache');
    response.redirect('../'.repeat(depth) || './');
  };
}

/** The path below the root; undefined when it cannot be one (traversal, hidden files, bytes that are no text). */
function filePath(path: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return undefined;
  const parts = normalize(decoded).split(sep);
  return parts.some((part) => part.startsWith('.'))
    ? undefined
    : parts.filter((part) => part !== '').join(sep);
}

async function serveFile(root: string, path: string, request: Request, response: Response): Promise<boolean> {
  const type = types[extname(path).toLowerCase()];
  if (type === undefined || !(await isFile(join(root, path)))) return false;
  const isHashed = contentNameOf(path) !== undefined;
  describe(response, type, isHashed);
  const encoding = await encodingFor(join(root, path), request);
  if (encoding) response.setHeader('content-encoding', encoding.name);
  // By its content: pages of two builds may well have the same size and time.
  if (!isHashed) response.setHeader('etag', await tagOf(join(root, path + (encoding?.suffix ?? ''))));
  await new Promise<void>((resolve, reject) => {
    response.sendFile(
      path + (encoding?.suffix ?? ''),
      { root, cacheControl: false, acceptRanges: false, lastModified: isHashed, dotfiles: 'deny' },
      (error?: Error) => {
        // Who went away in mid-file is no fault.
        if (error && !response.headersSent) reject(error);
        else resolve();
      },
    );
  });
  return true;
}

/** A file of another build. */
async function serveShared(
  shared: Pick<SharedAssets, 'find'>,
  path: string,
  request: Request,
  response: Response,
): Promise<boolean> {
  const name = contentNameOf(path);
  const type = types[extname(path).toLowerCase()];
  const content = name !== undefined && type !== undefined ? await shared.find(name) : undefined;
  if (content === undefined) return false;
  describe(response, type!, true);
  const isTaken = request.acceptsEncodings('br') !== false;
  if (isTaken) response.setHeader('content-encoding', 'br');
  response.send(isTaken ? content : await decompress(content));
  return true;
}

/** The name of a file named after its content; undefined for all others. */
function contentNameOf(path: string): string | undefined {
  const [folder, name, ...rest] = path.split(sep);
  return folder === assetsFolder && name !== undefined && rest.length === 0 && isContentName(name)
    ? name
    : undefined;
}

function describe(response: Response, type: string, isHashed: boolean): void {
  response.setHeader('content-type', type);
  response.setHeader('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  response.vary('Accept-Encoding');
  response.locals.route = 'web';
}

const tagOf = async (file: string): Promise<string> =>
  `W/"${createHash('sha256')
    .update(await readFile(file))
    .digest('base64url')}"`;

async function encodingFor(file: string, request: Request): Promise<(typeof encodings)[number] | undefined> {
  for (const encoding of encodings) {
    if (request.acceptsEncodings(encoding.name) && (await isFile(file + encoding.suffix))) return encoding;
  }
  return undefined;
}

const isFile = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
