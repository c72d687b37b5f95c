import { stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import type { NextFunction, Request, Response } from 'express';

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
 * after their content (`name-hash.ext`) for ever, the rest asked for again each time; and `index.html` at the root, to which
 * every other page leads: the client names its files relative to its page, so that it works below any path, also one that
 * a proxy takes away. What is neither goes on to the next handler.
 */
export function serveWebRoot(root: string) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const path = filePath(request.path);
    if (path === undefined) return next();
    const isFound = path !== '' && (await serveFile(root, path, request, response));
    if (isFound) return;
    // A page is what a browser navigates to; a missing script must not turn out to be one.
    const isPage =
      extname(path) === '' && !path.startsWith('assets') && request.accepts(['html', 'json']) === 'html';
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
  const isHashed = /[-.][\w-]{8,}\.[a-z0-9]+$/.test(path) && path.startsWith(`assets${sep}`);
  response.setHeader('content-type', type);
  response.setHeader('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  response.vary('Accept-Encoding');
  response.locals.route = 'web';
  const encoding = await encodingFor(join(root, path), request);
  if (encoding) response.setHeader('content-encoding', encoding.name);
  await new Promise<void>((resolve, reject) => {
    response.sendFile(
      path + (encoding?.suffix ?? ''),
      { root, cacheControl: false, acceptRanges: false, dotfiles: 'deny' },
      (error?: Error) => {
        // Who went away in mid-file is no fault.
        if (error && !response.headersSent) reject(error);
        else resolve();
      },
    );
  });
  return true;
}

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
