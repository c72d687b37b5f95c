import type { SessionClaims } from '@berth/tokens';
import { BerthError, toBerthError } from '@berth/wire';
import { type NextFunction, type Request, type Response, Router } from 'express';
import type { Context } from '../context.ts';
import type { Route, SessionCall } from '../route.ts';
import type { Admission } from '../sessions/session-cache.ts';
import { clientOf, goneSignalOf } from './client-of.ts';
import { parseBody, readJson } from './json-body.ts';
import { nameRoute } from './request-metrics.ts';

/** Serves the routes: per request the limit by session or address, the session where one is needed, the body, the handler. */
export function createApiRouter(context: Context, routes: readonly Route[]): Router {
  const router = Router({ caseSensitive: true });
  for (const route of routes) {
    router[route.method](
      route.path,
      nameRoute(route.path),
      route.needsSession ? limitSessions(context) : limitRequests(context),
      ...(route.body ? [readJson] : []),
      (request, response) => trace(context, route, () => serve(context, route, request, response)),
    );
  }
  for (const [path, methods] of methodsByPath(routes)) {
    router.all(path, nameRoute(path), (_request, response) => {
      response.setHeader('allow', methods.join(', '));
      throw new BerthError('method_not_allowed');
    });
  }
  return router;
}

export function limitRequests(context: Context) {
  return async (request: Request, _response: Response, next: NextFunction): Promise<void> => {
    await context.requestLimit.takeOfAddress(clientOf(request).network);
    next();
  };
}

function limitSessions(context: Context) {
  return async (request: Request, response: Response, next: NextFunction): Promise<void> => {
    const { authorization } = request.headers;
    const admitted = await admitSession(context, authorization, () => clientOf(request).network);
    Object.assign(response.locals as Locals, admitted);
    next();
  };
}

/** Of a request that shows a token of gate's: whose it is, and what was known of it when the request was counted. */
interface Admitted {
  session: SessionClaims;
  admission: Admission;
}

type Locals = Partial<Admitted>;

/** A token that gate did not sign is a guess, and guesses are counted by address. */
export async function admitSession(
  context: Context,
  authorization: string | undefined,
  networkOf: () => string,
): Promise<Admitted> {
  let session: SessionClaims;
  try {
    session = claimsOf(context, authorization);
  } catch (error) {
    await context.requestLimit.takeOfAddress(networkOf());
    throw error;
  }
  const admission = await context.requestLimit.takeOfSession(session, (buckets) =>
    context.sessionCheck.admit(session, buckets),
  );
  return { session, admission };
}

/** As a trace of its own, for one in so many. */
export async function trace(
  { tracing }: Context,
  { method, path }: Route,
  run: () => Promise<void>,
): Promise<void> {
  const span = tracing.chooses() ? tracing.begin(`${method.toUpperCase()} ${path}`) : undefined;
  if (span === undefined) return run();
  try {
    await tracing.within(span, run);
    span.end();
  } catch (error) {
    span.end(toBerthError(error).code);
    throw error;
  }
}

async function serve(context: Context, route: Route, request: Request, response: Response): Promise<void> {
  const { session, admission } = response.locals as Locals;
  if (session && admission) await context.sessionCheck.confirm(session, admission);
  const call: SessionCall<unknown> = {
    body: undefined,
    client: clientOf(request),
    signal: goneSignalOf(response),
    session: session ?? ({} as SessionClaims),
    params: request.params as Record<string, string>,
  };
  if (route.body) call.body = parseBody(route.body, request);
  const answer = await route.handle(context, call);
  response.setHeader('cache-control', 'no-store');
  response.status(route.status);
  if (answer === undefined) response.end();
  else response.json(answer);
}

function claimsOf(context: Context, authorization = ''): SessionClaims {
  const token = /^Bearer ([\w.-]{1,1024})$/i.exec(authorization)?.[1];
  if (token === undefined)
    throw new BerthError('unauthenticated', 'A session token is needed: Authorization: Bearer …');
  return context.sessionCheck.claimsOf(token);
}

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes) {
    methods.set(path, [...(methods.get(path) ?? []), method.toUpperCase()]);
  }
  return methods;
}
