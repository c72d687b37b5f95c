import { networkOf } from '@berth/network';
import type { Request } from 'express';
import type { Client } from '../route.ts';

/** Behind trusted proxies `request.ip` is the address that the nearest untrusted one came from. */
export function clientOf(request: Request): Client {
  const address = request.ip ?? '';
  const locale = request.acceptsLanguages()[0] ?? '';
  return { address, network: networkOf(address), locale: locale === '*' ? '' : locale.slice(0, 35) };
}
