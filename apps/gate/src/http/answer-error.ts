import type { Log } from '@berth/telemetry';
import { BerthError, errorTable, toBerthError } from '@berth/wire';
import type { NextFunction, Request, Response } from 'express';
import { FieldsError } from '../fields-error.ts';
import { ClientGoneError } from '../route.ts';

/** The last of the chain: whatever was thrown becomes the table's status and `{error: {code, message, …}}`. */
export function answerErrors(log: Log) {
  return (thrown: unknown, request: Request, response: Response, _next: NextFunction): void => {
    if (isGone(thrown)) return;
    const error = knownError(thrown);
    const { http } = errorTable[error.code];
    if (http >= 500) {
      const level = error.code === 'internal' ? 'error' : 'warn';
      log[level]({ err: error, method: request.method, path: request.path }, 'a request failed');
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error.retryAfterMs !== undefined) {
      response.setHeader('retry-after', Math.max(1, Math.ceil(error.retryAfterMs / 1_000)));
    }
    response.setHeader('cache-control', 'no-store');
    const fields = error instanceof FieldsError ? { fields: error.fields } : {};
    response.status(http).json({ error: { ...error.toWire(), ...fields } });
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
