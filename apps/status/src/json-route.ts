import type { IncomingMessage, ServerResponse } from 'node:http';
import { BerthError, errorTable, toBerthError } from '@berth/wire';

const maxBodyBytes = 64 * 1024;
const bodyTimeoutMs = 5_000;

/** A route of the operators' door that answers with JSON, and with an error of the table when the handler throws. */
export function jsonRoute(
  handle: (request: IncomingMessage) => Promise<object>,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    let status = 200;
    let body: object;
    try {
      body = await handle(request);
    } catch (thrown) {
      // What is no error of ours can only be a store: these routes do nothing else that fails.
      const error =
        thrown instanceof BerthError
          ? thrown
          : new BerthError('unavailable', 'A store that this needs is away.', {
              cause: thrown,
              retryAfterMs: 1_000,
            });
      status = errorTable[error.code].http;
      body = { error: toBerthError(error).toWire() };
    }
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(JSON.stringify(body));
  };
}

/** The JSON body; throws BerthError `too_large` or `bad_request`. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const late = setTimeout(() => request.destroy(), bodyTimeoutMs);
  try {
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBodyBytes) throw new BerthError('too_large', 'The body is larger than 64 KiB.');
      chunks.push(chunk as Buffer);
    }
  } finally {
    clearTimeout(late);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw new BerthError('bad_request', 'The body is not JSON.', { cause });
  }
}
