import { BerthError } from '@berth/wire';
import type { NextFunction, Request, Response } from 'express';

/**
 * Browsers may call from gate's own origin and from the ones allowed (`*`: any); what sends no origin is no browser. The
 * allowed ones get the CORS answers that they need.
 */
export function checkOrigin(allowedOrigins: readonly string[]) {
  const isAny = allowedOrigins.includes('*');
  return (request: Request, response: Response, next: NextFunction): void => {
    const { origin } = request.headers;
    response.vary('Origin');
    if (origin === undefined || isOwnOrigin(origin, request)) {
      next();
      return;
    }
    if (!isAny && !allowedOrigins.includes(origin)) {
      throw new BerthError('forbidden', 'This origin may not call here.');
    }
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', 'retry-after');
    if (request.method !== 'OPTIONS') {
      next();
      return;
    }
    response.setHeader('access-control-allow-methods', 'GET, POST, DELETE');
    response.setHeader('access-control-allow-headers', 'authorization, content-type');
    response.setHeader('access-control-max-age', 600);
    response.status(204).end();
  };
}

/** Its scheme is the load balancer's affair; the host is what a page cannot choose. */
const isOwnOrigin = (origin: string, request: Request): boolean =>
  URL.canParse(origin) && new URL(origin).host === request.host;
