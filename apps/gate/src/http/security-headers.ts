import type { NextFunction, Request, Response } from 'express';

/**
 * On every answer. The policy lets pages run gate's own scripts and styles alone and connect to gate and `connectSources`
 * (the chat nodes' WebSockets); nothing may frame them.
 */
export function setSecurityHeaders(connectSources: readonly string[]) {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "media-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    `connect-src 'self' ${connectSources.join(' ')}`.trim(),
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
  const headers = {
    'content-security-policy': policy,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  };
  return (request: Request, response: Response, next: NextFunction): void => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    // Asked through TLS, however far in front of gate it ended: from now on through TLS only.
    if (request.secure) response.setHeader('strict-transport-security', 'max-age=31536000');
    next();
  };
}
