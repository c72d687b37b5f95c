import { isIPv6 } from 'node:net';

/** `host:port` as URLs and gRPC write it: an IPv6 address stands in brackets, whether it came in them or not. */
export function hostPort(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** The parts of `host:port`, `[IPv6]:port` or either without a port; undefined when it is none of them. */
export function parseHostPort(text: string): { host: string; port: number | undefined } | undefined {
  const parsed = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s/]+))(?::(\d{1,5}))?$/i.exec(text);
  if (!parsed) return undefined;
  const [, bracketed, plain, digits] = parsed;
  const port = digits === undefined ? undefined : Number(digits);
  if (bracketed !== undefined && !isIPv6(bracketed)) return undefined;
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  return { host: (bracketed ?? plain)!, port };
}
