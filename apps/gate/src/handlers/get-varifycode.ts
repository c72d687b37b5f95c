import { httpSchemas } from '@berth/wire/http';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { parseFields } from '../http/json-body.ts';
import type { Call } from '../route.ts';

const schema = z.object({ email: z.string() });
const address = httpSchemas.codesRequest.pick({ email: true });

/** The old clients do not say what the code is for: it is good for either, whether the address has an account or not. */
export async function getVarifycode(context: Context, { body, client }: Call<unknown>) {
  const { email } = parseFields(schema, body);
  await context.verify.issue({
    ...parseFields(address, { email }),
    purpose: 'any',
    source: client.address,
    deliver: true,
    hasAccount: false,
    locale: client.locale,
  });
  return { email };
}
