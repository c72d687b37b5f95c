import type { IncomingMessage } from 'node:http';
import type { Log } from '@berth/telemetry';
import { BerthError, errorTable, toBerthError } from '@berth/wire';
import type { NextFunction, Request, Response } from 'express';
import { FieldsError } from '../fields-error.ts';
import { ClientGoneError } from '../route.ts';

/** The last of the chain: whatever was thrown becomes the table's status and `{error: {code, message, …}}`. */
export function answerErrors(log: Log) {
  return (thrown: unknown, request: Request, response: Response, _next: NextFunction): void => {
    if (isGone(thrown)) return;
    const { status, headers, body } = errorAnswerOf(thrown, log, request, request.path);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    response.status(status).json(body);
  };
}

interface ErrorAnswer {
  status: number;
  headers: Record<string, string | number>;
  body: object;
}

/** What is answered when a request failed with `thrown`; faults of ours are logged. */
export function errorAnswerOf(
  thrown: unknown,
  log: Log,
  { method }: Pick<IncomingMessage, 'method'>,
  path: string,
): ErrorAnswer {
  const error = knownError(thrown);
  const { http: status } = errorTable[error.code];
  if (status >= 500) {
    const level = error.code === 'internal' ? 'error' : 'warn';
    log[level]({ err: error, method, path }, 'a request failed');
  }
  const { retryAfterMs } = error;
  const fields = error instanceof FieldsError ? { fields: error.fields } : {};
  return {
    status,
    headers: {
      ...(retryAfterMs !== undefined && { 'retry-after': Math.max(1, Math.ceil(retryAfterMs / 1_000)) }),
      'cache-control': 'no-store',
    },
    body: { error: { ...error.toWire(), ...fields } },
  };
}

/** Nobody is there any more; by Express' word, too, of an answer (or a body) that was cut off. */
export const isGone = (thrown: unknown): boolean =>
  thrown instanceof ClientGoneError || (thrown as { code?: unknown } | undefined)?.code === 'ECONNABORTED';

/** Express' own refusals of a body or a path, by their type; the rest as anywhere. */
export function knownError(thrown: unknown): BerthError {
  if (thrown instanceof BerthError) return thrown;
  const { type, status } = (thrown ?? {}) as { type?: unknown; status?: unknown };
  if (type === 'entity.too.large') return new BerthError('too_large', 'The body has more than 16 KiB.');
  if (type === 'entity.parse.failed') return new BerthError('bad_request', 'The body is not valid JSON.');
  if (typeof status === 'number' && status >= 400 && status < 500) return new BerthError('bad_request');
  return toBerthError(thrown);
}
