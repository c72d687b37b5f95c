import { readFileSync } from 'node:fs';
import { Router } from 'express';
import { routes } from '../routes.ts';
import { renderApiPage } from './api-page.ts';
import { createOpenApi } from './openapi.ts';
import { nameRoute } from './request-metrics.ts';

/**
 * `/openapi.json`, and `/docs`, a page for people made of the same document: no script, nothing from elsewhere. `basePath` is
 * where the router is mounted.
 */
export function createDocsRouter(basePath: string): Router {
  const document = createOpenApi(routes, basePath);
  const json = JSON.stringify(document);
  const page = renderApiPage(document);
  const style = readFileSync(new URL('./api-page.css', import.meta.url), 'utf8');
  const router = Router({ strict: true });
  // What the page names is relative to its path.
  router.get('/docs/', (_request, response) => response.redirect('../docs'));
  for (const [path, type, text] of [
    ['/openapi.json', 'application/json', json],
    ['/docs', 'text/html', page],
    ['/docs/api-page.css', 'text/css', style],
  ] as const) {
    router.get(path, nameRoute(path), (_request, response) => {
      // Open to any origin: it is no secret, and tools fetch it from pages.
      if (path === '/openapi.json') response.setHeader('access-control-allow-origin', '*');
      response.setHeader('cache-control', 'no-cache');
      response.type(type).send(text);
    });
  }
  return router;
}
