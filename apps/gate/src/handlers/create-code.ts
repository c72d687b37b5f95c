import type { httpSchemas } from '@berth/wire/http';
import type { z } from 'zod';
import type { Context } from '../context.ts';
import type { Call } from '../route.ts';

/**
 * Asks verify for a code. An address that may not use it (registered already, or unknown) costs the same budgets and is
 * answered the same; what differs is the mail: a notice to the one, none to the other.
 */
export async function createCode(
  context: Context,
  { body, client }: Call<z.output<typeof httpSchemas.codesRequest>>,
): Promise<z.output<typeof httpSchemas.codesAnswer>> {
  const isKnown = (await context.users.findByEmail(body.email)) !== undefined;
  const { resendAfterMs, expiresInMs } = await context.verify.issue({
    email: body.email,
    purpose: body.purpose,
    source: client.address,
    deliver: body.purpose === 'register' || isKnown,
    hasAccount: body.purpose === 'register' && isKnown,
    locale: body.locale ?? client.locale,
  });
  return { resendAfterMs, expiresInMs };
}
