import type { IncomingMessage } from 'node:http';
import type { Log } from '@berth/telemetry';
import express, { type NextFunction, type Request, type Response, Router } from 'express';
import type { Context } from '../context.ts';
import { getVarifycode } from '../handlers/get-varifycode.ts';
import { resetPwd } from '../handlers/reset-pwd.ts';
import { userLogin } from '../handlers/user-login.ts';
import { userRegister } from '../handlers/user-register.ts';
import { isGone, knownError } from '../http/answer-error.ts';
import { limitRequests } from '../http/api-router.ts';
import { clientOf, goneSignalOf } from '../http/client-of.ts';
import { maxBodyBytes } from '../http/json-body.ts';
import { checkOrigin } from '../http/origin-check.ts';
import { nameRoute } from '../http/request-metrics.ts';
import type { Call } from '../route.ts';
import { llfcchatError, llfcchatErrors } from './error-codes.ts';

/** One path of the old dialect: the fields of its answer besides `error`, or a BerthError. */
export type LlfcchatHandler = (context: Context, call: Call<unknown>) => Promise<Record<string, unknown>>;

const handlers: Record<string, LlfcchatHandler> = {
  '/get_varifycode': getVarifycode,
  '/user_register': userRegister,
  '/reset_pwd': resetPwd,
  '/user_login': userLogin,
};

/** The HTTP paths of the old dialect: whatever is asked, the status is 200, `error` says how it went. */
export function createLlfcchatRouter(context: Context): Router {
  const router = Router({ caseSensitive: true, strict: true });
  // Its clients are no browsers and send no origin; a page is refused as it is elsewhere.
  router.use(Object.keys(handlers), checkOrigin(context.config.allowedOrigins));
  for (const [path, handle] of Object.entries(handlers)) {
    router.post(
      path,
      nameRoute(path),
      limitRequests(context),
      // A page can send the types of forms and plain text without asking; such a client says JSON, or nothing.
      express.text({ type: isJsonOrUntold, limit: maxBodyBytes, inflate: false, defaultCharset: 'utf-8' }),
      async (request: Request, response: Response) => {
        const fields = await handle(context, {
          body: parseJson(request.body),
          client: clientOf(request),
          signal: goneSignalOf(response),
        });
        answer(response, { error: llfcchatErrors.success, ...fields });
      },
      answerErrors(context.log),
    );
  }
  return router;
}

function answerErrors(log: Log) {
  return (thrown: unknown, request: Request, response: Response, _next: NextFunction): void => {
    if (isGone(thrown)) return;
    const err = knownError(thrown);
    if (err.code === 'internal') log.error({ err, path: request.path }, 'a request failed');
    answer(response, { error: llfcchatError(err) });
  };
}

function answer(response: Response, body: object): void {
  // Not by Express' own means, which would add a charset.
  response.writeHead(200, {
    'content-type': 'text/json',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(JSON.stringify(body));
}

const isJsonOrUntold = ({ headers }: IncomingMessage): boolean =>
  headers['content-type'] === undefined || /^application\/json\b/i.test(headers['content-type']);

function parseJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
