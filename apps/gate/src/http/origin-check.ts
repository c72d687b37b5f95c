import { BerthError } from '@berth/wire';
import type { NextFunction, Request, Response } from 'express';

/** Who calls, by the origin that a browser names; `own`: gate's own pages, and what is no browser. */
type Caller = 'own' | 'allowed' | 'refused';

export function createOriginJudge(allowedOrigins: readonly string[]) {
  const isAny = allowedOrigins.includes('*');
  return (request: Pick<Request, 'headers' | 'host'>): Caller => {
    const { origin } = request.headers;
    if (origin === undefined || isOwnOrigin(origin, request)) return 'own';
    return isAny || allowedOrigins.includes(origin) ? 'allowed' : 'refused';
  };
}

/**
 * Browsers may call from gate's own origin and from the ones allowed (`*`: any); what sends no origin is no browser. The
 * allowed ones get the CORS answers that they need.
 */
export function checkOrigin(allowedOrigins: readonly string[]) {
  const judge = createOriginJudge(allowedOrigins);
  return (request: Request, response: Response, next: NextFunction): void => {
    response.vary('Origin');
    const caller = judge(request);
    if (caller === 'own') {
      next();
      return;
    }
    if (caller === 'refused') throw new BerthError('forbidden', 'This origin may not call here.');
    for (const [name, value] of Object.entries(allowedHeadersOf(request.headers.origin!)))
      response.setHeader(name, value);
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

/** What a page of an allowed origin needs, to be told the answer. */
export const allowedHeadersOf = (origin: string): Record<string, string> => ({
  'access-control-allow-origin': origin,
  'access-control-expose-headers': 'retry-after',
});

/** Its scheme is the load balancer's affair; the host is what a page cannot choose. */
const isOwnOrigin = (origin: string, request: Pick<Request, 'host'>): boolean =>
  URL.canParse(origin) && new URL(origin).host === request.host;
