import type { Metrics } from '@berth/telemetry';
import { Router } from 'express';
import type { Readiness } from '../readiness.ts';
import { nameRoute } from './request-metrics.ts';

/** The operators' paths: `/healthz` (the loop turns; asks nobody), `/readyz`, `/metrics`. */
export function createOpsRouter(metrics: Metrics, readiness: Readiness): Router {
  const router = Router();
  router.get('/healthz', nameRoute('/healthz'), (_request, response) => {
    response.json({ ok: true });
  });
  router.get('/readyz', nameRoute('/readyz'), async (_request, response) => {
    const look = await readiness.look();
    response.status(look.ready ? 200 : 503).json(look);
  });
  router.get('/metrics', nameRoute('/metrics'), async (_request, response) => {
    response.setHeader('content-type', metrics.registry.contentType);
    response.end(await metrics.registry.metrics());
  });
  return router;
}
