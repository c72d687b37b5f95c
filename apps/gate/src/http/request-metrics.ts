import type { Metrics } from '@berth/telemetry';
import type { NextFunction, Request, Response } from 'express';

/** Counts and times every request by its route (never by its path, which anyone may choose). */
export function measureRequests(metrics: Metrics) {
  const seconds = metrics.histogram('gate_http_request_seconds', 'Time to the end of the answer', [
    'method',
    'route',
    'status',
  ]);
  return (request: Request, response: Response, next: NextFunction): void => {
    const began = performance.now();
    response.once('close', () => {
      const { route = 'none' } = response.locals as { route?: string };
      const method = knownMethods.has(request.method) ? request.method : 'other';
      const status = response.writableFinished ? String(response.statusCode) : 'aborted';
      seconds.observe({ method, route, status }, (performance.now() - began) / 1_000);
    });
    next();
  };
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PUT', 'PATCH']);

/** Names the route that a request took. */
export const nameRoute =
  (route: string) =>
  (_request: Request, response: Response, next: NextFunction): void => {
    response.locals.route = route;
    next();
  };
