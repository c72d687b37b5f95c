import { BerthError } from '@berth/client';
import type { Text } from './catalogue.ts';
import type { Formats } from './formats.ts';

/** What to tell the user of an error, in their language; what is not known is called a fault of the server. */
export function errorText(error: unknown, text: Text, formats: Formats): string {
  if (!(error instanceof BerthError)) return text('error.internal');
  if (error.code === 'rate_limited' && error.retryAfterMs !== undefined) {
    return text('error.rate_limited.wait', { time: formats.countdown(error.retryAfterMs) });
  }
  return text(`error.${error.code}`);
}
