import type { Metrics } from '@berth/telemetry';
import { BerthError } from '@berth/wire';
import express, { type Express } from 'express';
import type { Context } from '../context.ts';
import { createLlfcchatRouter } from '../llfcchat/router.ts';
import { routes } from '../routes.ts';
import { answerErrors } from './answer-error.ts';
import { createApiRouter } from './api-router.ts';
import { createDocsRouter } from './docs-router.ts';
import { plainForwardedFor } from './forwarded-for.ts';
import { checkOrigin } from './origin-check.ts';
import { measureRequests, nameRoute } from './request-metrics.ts';
import { setSecurityHeaders } from './security-headers.ts';
import { serveWebRoot } from './web-root.ts';

/** The whole public interface: the old dialect, the API and its pages, the web client. Nothing of it is for operators. */
export function createHttpApp(context: Context, metrics: Metrics): Express {
  const { config, log } = context;
  const app = express();
  app.disable('x-powered-by');
  // Files get theirs from their time and size; answers are never stored, so hashing them would be for nothing.
  app.set('etag', () => undefined);
  app.set('query parser', 'simple');
  app.set('trust proxy', config.trustedProxies.length === 0 ? false : config.trustedProxies);

  app.use(plainForwardedFor);
  app.use(measureRequests(metrics));
  app.use(setSecurityHeaders(config.connectSources));
  app.use(createLlfcchatRouter(context));
  app.use(createDocsRouter());
  app.use('/v1', checkOrigin(config.allowedOrigins));
  app.use(createApiRouter(context, routes));
  app.use('/v1', notFound);
  if (config.webRoot !== undefined) app.use(serveWebRoot(config.webRoot));
  app.use(nameRoute('none'), notFound);
  app.use(answerErrors(log));
  return app;
}

function notFound(): never {
  throw new BerthError('not_found', 'There is no such path.');
}
