import { BerthError } from '@berth/wire';
import express, { type Express, type Request, type Response, Router } from 'express';
import type { Context } from '../context.ts';
import { createLlfcchatRouter } from '../llfcchat/router.ts';
import { createOperatorsRouter } from '../operators/operators-router.ts';
import { routes } from '../routes.ts';
import type { SharedAssets } from '../web/shared-assets.ts';
import { answerErrors } from './answer-error.ts';
import { createApiRouter } from './api-router.ts';
import { clientOf } from './client-of.ts';
import { createDocsRouter } from './docs-router.ts';
import { plainForwardedFor } from './forwarded-for.ts';
import { checkOrigin } from './origin-check.ts';
import type { Places } from './places.ts';
import { type MeasureRequest, measureRequests, nameRoute } from './request-metrics.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { serveWebRoot } from './web-root.ts';

/** The whole public interface: the old dialect, the API and its pages, the web client. Of operators' it has what the fleet page needs, where that is on. */
export function createHttpApp(
  context: Context,
  measure: MeasureRequest,
  shared: SharedAssets,
  places: Places,
): Express {
  const { config, log } = context;
  const app = express();
  app.disable('x-powered-by');
  // Files get theirs from their time and size; answers are never stored, so hashing them would be for nothing.
  app.set('etag', () => undefined);
  app.set('query parser', 'simple');
  app.set('trust proxy', config.trustedProxies.length === 0 ? false : config.trustedProxies);

  app.use(plainForwardedFor);
  app.use((request, response, next) => {
    places.belongs(response, clientOf(request).network);
    next();
  });
  app.use(measureRequests(measure));
  app.use(setSecurityHeaders(config));
  app.use(createLlfcchatRouter(context));
  app.use(mountAt(config.basePath, createBaseRouter(context, shared)));
  app.use(nameRoute('none'), notFound);
  app.use(answerErrors(log));
  return app;
}

/** What may be below a path of a host that serves others, too. */
function createBaseRouter(context: Context, shared: SharedAssets): Router {
  const { basePath, allowedOrigins, operatorsUrl, webRoot } = context.config;
  const router = Router();
  router.use(createDocsRouter(basePath));
  router.use('/v1', checkOrigin(allowedOrigins));
  router.use(createApiRouter(context, routes));
  router.use('/v1', notFound);
  if (operatorsUrl !== undefined) router.use(createOperatorsRouter(context, operatorsUrl));
  else router.use('/operators/v1', notFound);
  if (webRoot !== undefined) router.use(serveWebRoot(webRoot, shared));
  return router;
}

/** `basePath` without its last slash leads there: what a page names relative to itself would be looked for beside it. */
function mountAt(basePath: string, router: Router): Router {
  if (basePath === '/') return router;
  const outer = Router({ caseSensitive: true, strict: true });
  const bare = basePath.slice(0, -1);
  outer.get(bare, nameRoute('web'), (request: Request, response: Response) => {
    const query = request.url.indexOf('?');
    response.setHeader('cache-control', 'no-cache');
    response.redirect(basePath + (query < 0 ? '' : request.url.slice(query)));
  });
  outer.use(bare, router);
  return outer;
}

function notFound(): never {
  throw new BerthError('not_found', 'There is no such path.');
}
