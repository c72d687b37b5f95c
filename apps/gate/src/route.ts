import type { SessionClaims } from '@berth/tokens';
import type { ErrorCode } from '@berth/wire';
import type { z } from 'zod';
import type { Context } from './context.ts';

/** Who calls, as far as the connection tells. */
export interface Client {
  /** The network address, behind trusted proxies the one that they tell. */
  address: string;
  /** What limits count as one client. */
  network: string;
  /** First choice of Accept-Language; empty when there is none. */
  locale: string;
}

/** Nobody hears the answer any more. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

/** A request whose body has been checked. */
export interface Call<Body = undefined> {
  body: Body;
  client: Client;
  /** Aborted, with ClientGoneError, when the client has gone: what is only for its sake may be left. */
  signal: AbortSignal;
}

/** A request with a valid session token. */
export interface SessionCall<Body = undefined> extends Call<Body> {
  session: SessionClaims;
  /** Parts of the path. */
  params: Readonly<Record<string, string>>;
}

interface RouteDescription {
  method: 'get' | 'post' | 'delete';
  /** In Express' syntax: `/v1/sessions/:id`. */
  path: string;
  summary: string;
  /** What a reader should know beyond the summary. */
  description?: string;
  /** Of the answer; 204 has no body. */
  status: 200 | 201 | 204;
  answer?: z.ZodType;
  /** The refusals of its own; those that any request may meet are added. */
  errors: ErrorCode[];
}

/** One path and method of the interface: the router and the OpenAPI document are both made from these. */
export interface Route extends RouteDescription {
  body?: z.ZodType;
  /** Whether it takes a bearer token. */
  needsSession: boolean;
  handle(context: Context, call: SessionCall<unknown>): Promise<unknown>;
}

/** A route that anyone may call. */
export const openRoute = <Body extends z.ZodType = z.ZodUndefined>(
  route: RouteDescription & {
    body?: Body;
    handle(context: Context, call: Call<z.output<Body>>): Promise<unknown>;
  },
): Route => ({
  ...route,
  needsSession: false,
  handle: (context, call) => route.handle(context, call as Call<z.output<Body>>),
});

/** A route for a session. */
export const sessionRoute = <Body extends z.ZodType = z.ZodUndefined>(
  route: RouteDescription & {
    body?: Body;
    handle(context: Context, call: SessionCall<z.output<Body>>): Promise<unknown>;
  },
): Route => ({
  ...route,
  needsSession: true,
  handle: (context, call) => route.handle(context, call as SessionCall<z.output<Body>>),
});
