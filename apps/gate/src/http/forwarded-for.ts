import type { IncomingHttpHeaders } from 'node:http';
import { parseHostPort } from '@berth/network';
import type { RequestHandler } from 'express';

/**
 * Takes the ports off X-Forwarded-For, where some proxies write them (`198.51.100.7:51234`, `[2001:db8::1]:51234`), so that
 * what follows finds addresses there. What is no address stays as it is.
 */
export function stripPorts(headers: IncomingHttpHeaders): void {
  const forwarded = headers['x-forwarded-for'];
  if (typeof forwarded !== 'string') return;
  headers['x-forwarded-for'] = forwarded
    .split(',')
    .map((entry) => parseHostPort(entry.trim())?.host ?? entry.trim())
    .join(', ');
}

export const plainForwardedFor: RequestHandler = (request, _response, next) => {
  stripPorts(request.headers);
  next();
};
