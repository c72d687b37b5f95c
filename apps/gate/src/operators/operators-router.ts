import { BerthError } from '@berth/wire';
import { type Request, type Response, Router } from 'express';
import type { Context } from '../context.ts';
import { clientOf, goneSignalOf } from '../http/client-of.ts';
import { readJson } from '../http/json-body.ts';
import { checkOrigin } from '../http/origin-check.ts';
import { nameRoute } from '../http/request-metrics.ts';
import { StatusDoor } from './status-door.ts';

/**
 * What of the operators' port of status is passed on. Tokens are made behind it alone: the installation's own, which makes
 * them, is not for this door.
 */
const passed = [
  ['get', '/operator'],
  ['get', '/fleet'],
  ['get', '/fleet/plan'],
  ['get', '/fleet/history'],
  ['post', '/fleet/orders'],
  ['post', '/fleet/rebalance'],
  ['post', '/placements/explain'],
] as const;

const tokenForm = /^Bearer (berth_op_[\w-]{1,128})$/i;

/** The way of the fleet page to status: `/operators/v1/…` is passed on as `/v1/…`, with the operator's own token and no other. */
export function createOperatorsRouter(context: Context, operatorsUrl: string): Router {
  const door = new StatusDoor(operatorsUrl);
  const router = Router({ caseSensitive: true, strict: true });
  router.use('/operators/v1', checkOrigin(context.config.allowedOrigins));
  for (const [method, path] of passed) {
    router[method](
      `/operators/v1${path}`,
      nameRoute(`/operators/v1${path}`),
      limit(context),
      ...(method === 'post' ? [readJson] : []),
      async (request: Request, response: Response) => {
        const { status, body } = await door.ask({
          method: request.method,
          path: `/v1${path}`,
          authorization: `Bearer ${tokenOf(request)}`,
          from: clientOf(request).address,
          body: method === 'post' ? (request.body ?? {}) : undefined,
          signal: goneSignalOf(response),
        });
        response.setHeader('cache-control', 'no-store');
        response.status(status).type('application/json').send(body);
      },
    );
  }
  router.use('/operators/v1', () => {
    throw new BerthError('not_found', 'There is no such path.');
  });
  return router;
}

const limit = (context: Context) => async (request: Request, _response: Response, next: () => void) => {
  await context.requestLimit.takeOfOperator(clientOf(request).network);
  next();
};

/** Whoever shows none is not passed on. */
function tokenOf(request: Request): string {
  const token = tokenForm.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined)
    throw new BerthError(
      'unauthenticated',
      'An operator’s token with a name is needed: Authorization: Bearer berth_op_…',
    );
  return token;
}
