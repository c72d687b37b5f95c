import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Metrics } from '@berth/telemetry';
import type { NextFunction, Request, Response } from 'express';

/** Counts and times a request until its answer is taken, by its route (never by its path, which anyone may choose). */
export type MeasureRequest = (request: IncomingMessage, response: ServerResponse) => void;

export function createRequestMeter(metrics: Metrics): MeasureRequest {
  const seconds = metrics.histogram('gate_http_request_seconds', 'Time to the end of the answer', [
    'method',
    'route',
    'status',
  ]);
  return (request, response) => {
    const began = performance.now();
    response.once('close', () => {
      const { route = 'none' } = (response as Routed).locals ?? {};
      const named = request.method ?? '';
      const method = knownMethods.has(named) ? named : 'other';
      const status = response.writableFinished ? String(response.statusCode) : 'aborted';
      seconds.observe({ method, route, status }, (performance.now() - began) / 1_000);
    });
  };
}

export const measureRequests =
  (measure: MeasureRequest) =>
  (request: Request, response: Response, next: NextFunction): void => {
    measure(request, response);
    next();
  };

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PUT', 'PATCH']);

/** An answer that says which route its request took. */
type Routed = ServerResponse & { locals?: { route?: string } };

/** The same for a request that does not go through the router. */
export const nameRouteOf = (response: ServerResponse, route: string): void => {
  (response as Routed).locals = { route };
};

/** Names the route that a request took. */
export const nameRoute =
  (route: string) =>
  (_request: Request, response: Response, next: NextFunction): void => {
    response.locals.route = route;
    next();
  };
