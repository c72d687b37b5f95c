import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { networkOf } from '@berth/network';
import { BerthError } from '@berth/wire';
import type { Express, Request } from 'express';
import type { Context } from '../context.ts';
import { ClientGoneError, type Route, type SessionCall } from '../route.ts';
import { errorAnswerOf, isGone } from './answer-error.ts';
import { admitSession, trace } from './api-router.ts';
import { clientOf, goneSignalOf } from './client-of.ts';
import { stripPorts } from './forwarded-for.ts';
import { maxBodyBytes, parseFields } from './json-body.ts';
import { allowedHeadersOf, createOriginJudge } from './origin-check.ts';
import type { Places } from './places.ts';
import { type MeasureRequest, nameRouteOf } from './request-metrics.ts';
import { securityHeadersOf, strictTransport } from './security-headers.ts';

export interface BerthDoorOptions {
  context: Context;
  /** Serves everything else. */
  app: Express;
  /** The one that is served here: it takes a session, and answers with a body. */
  route: Route;
  places: Places;
  measure: MeasureRequest;
}

/**
 * The requests for a berth as clients really send them, past the chain that every other request goes through: when a node is gone
 * thousands come at once. Checks, counts and answers are the chain's own; whatever is unusual about a request is left to it.
 */
export function createBerthDoor({ context, app, route, places, measure }: BerthDoorOptions): RequestListener {
  const { config, log } = context;
  const path = config.basePath.slice(0, -1) + route.path;
  const judge = createOriginJudge(config.allowedOrigins);
  const common = { ...securityHeadersOf(config), vary: 'Origin' };

  return (request, response) => {
    if (request.url !== path || request.method !== 'POST' || !isUsual(request.headers)) {
      app(request, response);
      return;
    }
    stripPorts(request.headers);
    const seen = asSeen(app, request);
    const caller = judge(seen);
    if (caller === 'refused') {
      app(request, response);
      return;
    }
    const { origin } = request.headers;
    const headers = {
      ...common,
      ...(seen.secure && { [strictTransport[0]]: strictTransport[1] }),
      ...(caller === 'allowed' && allowedHeadersOf(origin!)),
    };
    const network = networkOf(seen.ip ?? '');
    places.belongs(response, network);
    measure(request, response);
    nameRouteOf(response, route.path);
    serve(context, route, { request, response, seen, network }).then(
      (body) => send(response, route.status, { ...headers, 'cache-control': 'no-store' }, body),
      (thrown: unknown) => {
        if (isGone(thrown)) return;
        const answer = errorAnswerOf(thrown, log, request, route.path);
        send(response, answer.status, { ...headers, ...answer.headers }, answer.body);
      },
    );
  };
}

interface Asked {
  request: IncomingMessage;
  response: ServerResponse;
  seen: Request;
  network: string;
}

async function serve(
  context: Context,
  route: Route,
  { request, response, seen, network }: Asked,
): Promise<unknown> {
  const [{ session, admission }, body] = await Promise.all([
    admitSession(context, request.headers.authorization, () => network),
    readBody(request),
  ]);
  let answer: unknown;
  await trace(context, route, async () => {
    await context.sessionCheck.confirm(session, admission);
    const call: SessionCall<unknown> = {
      body: parseFields(route.body!, body),
      get client() {
        return clientOf(seen);
      },
      get signal() {
        return goneSignalOf(response);
      },
      session,
      params: {},
    };
    answer = await route.handle(context, call);
  });
  return answer;
}

/** With a body that is JSON and all there, or without one. */
function isUsual(headers: IncomingHttpHeaders): boolean {
  const isUnusual = headers['transfer-encoding'] ?? headers['content-encoding'] ?? headers.expect;
  if (isUnusual !== undefined) return false;
  const length = headers['content-length'];
  if (length === undefined) return true;
  const bytes = Number(length);
  return bytes > 0 && bytes <= maxBodyBytes && json.test(headers['content-type'] ?? '');
}

const json = /^application\/json(?:; ?charset=utf-8)?$/i;

/** What Express tells of a request by its socket and its headers, as far as proxies are trusted. */
function asSeen(app: Express, { socket, headers }: IncomingMessage): Request {
  const seen: Request = Object.create(app.request);
  seen.socket = socket;
  seen.headers = headers;
  return seen;
}

/** Undefined when there is none. Throws BerthError `bad_request`, and ClientGoneError when its rest does not come. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  if (request.headers['content-length'] === undefined) return undefined;
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.on('close', () => reject(new ClientGoneError('the client has gone')));
  });
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  if (text === '') return {};
  try {
    if (/^[ \t\n\r]*[{[]/.test(text)) return JSON.parse(text);
  } catch {
    // As below.
  }
  throw new BerthError('bad_request', 'The body is not valid JSON.');
}

function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string | number>,
  body: unknown,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
