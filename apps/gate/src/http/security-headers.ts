import type { NextFunction, Request, Response } from 'express';
import type { GateConfig } from '../config.ts';

type PolicyConfig = Pick<GateConfig, 'connectSources' | 'fileSources' | 'files'>;

/** Where a request came through TLS, however far in front of gate it ended: from now on through TLS only. */
export const strictTransport = ['strict-transport-security', 'max-age=31536000'] as const;

/**
 * On every answer. The policy lets pages run gate's own scripts and styles alone and connect to gate and `connectSources`
 * (the chat nodes' WebSockets); what is shown and heard may come from `fileSources`, too; nothing may frame them.
 */
export function securityHeadersOf({
  connectSources,
  fileSources,
  files,
}: PolicyConfig): Record<string, string> {
  const from = (...sources: string[]) => [...sources, ...fileSources].join(' ');
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src ${from("'self'", 'data:', 'blob:')}`,
    "font-src 'self'",
    `media-src ${from("'self'", 'blob:')}`,
    "manifest-src 'self'",
    "worker-src 'self'",
    `connect-src ${from("'self'", ...connectSources)}`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
  return {
    'content-security-policy': policy,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': `camera=(), geolocation=(), microphone=(${files === undefined ? '' : 'self'}), payment=()`,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
}

export function setSecurityHeaders(config: PolicyConfig) {
  const headers = Object.entries(securityHeadersOf(config));
  return (request: Request, response: Response, next: NextFunction): void => {
    for (const [name, value] of headers) response.setHeader(name, value);
    if (request.secure) response.setHeader(...strictTransport);
    next();
  };
}
