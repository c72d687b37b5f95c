import { BerthError, errorTable, toBerthError } from '@berth/wire';
import { filesSchemas } from '@berth/wire/files';
import express, { type NextFunction, type Request, type Response } from 'express';
import { z } from 'zod';
import { pathOf } from '../config.ts';
import type { Context } from '../context.ts';
import { createLinks } from '../handlers/create-links.ts';
import { deleteFile } from '../handlers/delete-file.ts';
import { describeFile } from '../handlers/describe-file.ts';
import { previewLink } from '../handlers/preview-link.ts';
import { serveContent } from '../handlers/serve-content.ts';
import { isStorageAway, linkedVariants } from '../storage/file-storage.ts';

const fileId = z.string().regex(/^[\w-]{22}$/);
const contentPath = z.object({
  file: fileId,
  variant: z.enum(linkedVariants as ['original', 'small', 'large']),
});
const contentQuery = z
  .object({
    o: z.coerce.number().int(),
    e: z.coerce.number().int(),
    d: z.literal('1').optional(),
    s: z.string(),
  })
  .transform(({ o, e, d, s }) => ({ owner: o, expiresAt: e, download: d === '1', signature: s }));
const waitQuery = z.object({ waitMs: z.coerce.number().int().min(0).max(20_000).default(0) });

const corsHeaders = {
  'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE, OPTIONS',
  'access-control-allow-headers':
    'authorization, content-type, range, tus-resumable, upload-length, upload-metadata, upload-offset, upload-checksum, x-request-id',
  'access-control-expose-headers':
    'location, tus-resumable, tus-version, tus-extension, tus-max-size, tus-checksum-algorithm, upload-offset, upload-length, upload-expires, retry-after, etag, content-range, content-disposition',
  'access-control-max-age': '86400',
};

/** Every path of the service, below the one that clients know it by. */
export function createHttpApp(
  context: Context,
  onRequest: (route: string, status: number, seconds: number) => void,
) {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  const base = pathOf(context.config.publicUrl);
  const router = express.Router();
  const as =
    (route: string, handle: (user: number, request: Request, response: Response) => Promise<void>) =>
    async (request: Request, response: Response) => {
      response.locals.route = route;
      await handle(await context.sessions.userOf(request.headers.authorization), request, response);
    };

  router.use(secure, cors(context.config.allowedOrigins));
  router.all(['/v1/uploads', '/v1/uploads/:file'], async (request, response) => {
    response.locals.route = 'uploads';
    if (request.method === 'OPTIONS') return context.uploads.handle(0, request, response);
    const user = await context.sessions.userOf(request.headers.authorization);
    if (request.method === 'GET') throw new BerthError('method_not_allowed');
    if (request.method !== 'DELETE') return context.uploads.handle(user, request, response);
    await deleteFile(context, user, parse(fileId, request.params.file));
    response.setHeader('tus-resumable', '1.0.0');
    response.status(204).end();
  });
  router.get(
    '/v1/files/:file',
    as('files', async (user, request, response) => {
      const { waitMs } = parse(waitQuery, request.query);
      const id = parse(fileId, request.params.file);
      const answer = await describeFile(context, user, id, waitMs, () => response.destroyed);
      response.setHeader('cache-control', 'no-store');
      response.json(answer);
    }),
  );
  router.post(
    '/v1/links',
    express.json({ limit: '32kb', inflate: false }),
    as('links', async (user, request, response) => {
      const { files } = parse(filesSchemas.linksRequest, request.body);
      response.setHeader('cache-control', 'no-store');
      response.json(await createLinks(context, user, files));
    }),
  );
  router.post(
    '/v1/previews',
    express.json({ limit: '8kb', inflate: false }),
    as('previews', async (user, request, response) => {
      const { url } = parse(filesSchemas.previewRequest, request.body);
      response.setHeader('cache-control', 'no-store');
      response.json(await previewLink(context, user, url));
    }),
  );
  router.get('/v1/content/:file/:variant', async (request, response) => {
    response.locals.route = 'content';
    await serveContent(
      context,
      request,
      response,
      parse(contentPath, request.params),
      parse(contentQuery, request.query),
    );
  });
  router.use(() => {
    throw new BerthError('not_found');
  });

  app.use(measured(onRequest));
  app.use(base === '' ? '/' : base, router);
  app.use(() => {
    throw new BerthError('not_found');
  });
  app.use(answerErrors(context));
  return app;
}

function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new BerthError('bad_request', `${issue!.path.join('.') || 'body'}: ${issue!.message}`);
}

/** Nothing that comes from here runs, or is guessed at, or is framed by others. A PDF alone needs its viewer. */
function secure(_: Request, response: Response, next: NextFunction): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('content-security-policy', "sandbox; default-src 'none'; style-src 'unsafe-inline'");
  response.setHeader('cross-origin-resource-policy', 'cross-origin');
  response.setHeader('referrer-policy', 'no-referrer');
  next();
}

function cors(allowed: readonly string[]) {
  return (request: Request, response: Response, next: NextFunction): void => {
    const { origin } = request.headers;
    response.vary('origin');
    if (origin !== undefined && (allowed.includes('*') || allowed.includes(origin))) {
      response.setHeader('access-control-allow-origin', allowed.includes('*') ? '*' : origin);
      for (const [name, value] of Object.entries(corsHeaders)) response.setHeader(name, value);
    }
    const isPreflight = request.method === 'OPTIONS' && 'access-control-request-method' in request.headers;
    if (isPreflight) response.status(204).end();
    else next();
  };
}

const measured =
  (onRequest: (route: string, status: number, seconds: number) => void) =>
  (_: Request, response: Response, next: NextFunction): void => {
    const began = performance.now();
    response.once('close', () => {
      const { route = 'none' } = response.locals as { route?: string };
      onRequest(
        route,
        response.writableFinished ? response.statusCode : 0,
        (performance.now() - began) / 1_000,
      );
    });
    next();
  };

function answerErrors({ log }: Context) {
  return (thrown: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const error = knownError(thrown);
    const { http } = errorTable[error.code];
    if (http >= 500)
      log[error.code === 'internal' ? 'error' : 'warn'](
        { err: thrown, path: request.path },
        'a request failed',
      );
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error.retryAfterMs !== undefined)
      response.setHeader('retry-after', Math.max(1, Math.ceil(error.retryAfterMs / 1_000)));
    response.setHeader('cache-control', 'no-store');
    if (!request.complete) response.setHeader('connection', 'close');
    response.status(http).json({ error: error.toWire() });
  };
}

function knownError(thrown: unknown): BerthError {
  if (thrown instanceof BerthError) return thrown;
  if (isStorageAway(thrown))
    return new BerthError('unavailable', undefined, { retryAfterMs: 2_000, cause: thrown });
  const { type, status, status_code } = (thrown ?? {}) as {
    type?: string;
    status?: number;
    status_code?: number;
  };
  if (type === 'entity.too.large') return new BerthError('too_large');
  const refused = status ?? status_code;
  if (refused === 404) return new BerthError('not_found');
  if (refused !== undefined && refused >= 400 && refused < 500) return new BerthError('bad_request');
  return toBerthError(thrown);
}
