import { BerthError } from '@berth/wire';
import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import { isInline } from '../media/media-type.ts';
import { pacedReads } from '../pace/paced-reads.ts';
import type { ContentHeaders, LinkedVariant } from '../storage/file-storage.ts';
import { release } from '../storage/release.ts';
import type { StoredFile } from '../stores/mysql-file-store.ts';

const yearMs = 365 * 86_400_000;

export interface ContentQuery {
  owner: number;
  expiresAt: number;
  download: boolean;
  signature: string;
}

/** Bytes for whoever has a link that is good. Throws `forbidden`, `not_found`. */
export async function serveContent(
  { files, storage, signer, pace }: Context,
  request: Request,
  response: Response,
  { file: id, variant }: { file: string; variant: LinkedVariant },
  { owner, expiresAt, download, signature }: ContentQuery,
): Promise<void> {
  if (!signer.isGood({ owner, file: id, variant, download }, expiresAt, signature, Date.now()))
    throw new BerthError('forbidden', 'This link is not good, or not any more.');
  const file = await files.find(owner, id);
  if (file?.state !== 'ready' || (variant !== 'original' && !file.previews))
    throw new BerthError('not_found');
  const headers = headersOf(file, variant, download);
  const content = await storage.content(id, variant, headers, expiresAt);
  if ('redirect' in content) {
    response.setHeader(
      'cache-control',
      `private, max-age=${Math.max(0, Math.floor((expiresAt - Date.now()) / 1_000))}`,
    );
    response.redirect(302, content.redirect);
    return;
  }
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('etag', `"${id}.${variant}"`);
  // Browsers' viewers do not run in a sandbox; they have one of their own.
  if (headers['content-type'] === 'application/pdf')
    response.setHeader(
      'content-security-policy',
      "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'",
    );
  releaseWhatIsSent(response);
  const { pieceBytes: highWaterMark } = pace;
  const lane = pace.enter();
  await new Promise<void>((resolve, reject) => {
    const options = {
      ...{ cacheControl: false, lastModified: false, maxAge: yearMs },
      ...{ highWaterMark, fs: pacedReads(lane) },
    };
    response.sendFile(content.path, options, (error) => {
      if (!error) return resolve();
      const { code, status } = error as Error & { code?: string; status?: number };
      if (code === 'ECONNABORTED' || response.headersSent) return resolve();
      for (const name of Object.keys(headers)) response.removeHeader(name);
      if (status === 416) response.status(416).end();
      else return reject(code === 'ENOENT' ? new BerthError('not_found') : error);
      resolve();
    });
    request.socket.setNoDelay(true);
  }).finally(() => lane.leave());
}

/** Whoever writes it has no more use for what was written. */
function releaseWhatIsSent(response: Response): void {
  const write = response.write.bind(response) as (
    piece: Buffer,
    done: (error?: Error | null) => void,
  ) => boolean;
  response.write = (piece: Buffer) => write(piece, (error) => error || release(piece));
}

function headersOf(file: StoredFile, variant: LinkedVariant, download: boolean): ContentHeaders {
  const inline = !download && (variant !== 'original' || isInline(file.kind, file.type));
  const type = variant === 'original' ? file.type : 'image/webp';
  return {
    // What is not shown is not even named, so that nobody guesses at it.
    'content-type': inline ? type : 'application/octet-stream',
    'content-disposition': `${inline ? 'inline' : 'attachment'}; ${nameOf(file.name)}`,
    'cache-control': 'private, max-age=31536000, immutable',
  };
}

/** RFC 6266: a plain spelling for old clients, the right one beside it. */
function nameOf(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const whole = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${plain}"; filename*=UTF-8''${whole}`;
}
