import type { ServerResponse } from 'node:http';
import { networkOf } from '@berth/network';
import type { Request } from 'express';
import { type Client, ClientGoneError } from '../route.ts';

/** Behind trusted proxies `request.ip` is the address that the nearest untrusted one came from. */
export function clientOf(request: Request): Client {
  const address = request.ip ?? '';
  const locale = request.acceptsLanguages()[0] ?? '';
  return { address, network: networkOf(address), locale: locale === '*' ? '' : locale.slice(0, 35) };
}

/** Aborted when the connection ends before the answer does. */
export function goneSignalOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  const note = () => {
    if (!response.writableFinished) gone.abort(new ClientGoneError('the client has gone'));
  };
  if (response.closed) note();
  else response.once('close', note);
  return gone.signal;
}
