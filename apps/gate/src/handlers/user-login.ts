import { httpSchemas } from '@berth/wire/http';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { parseFields } from '../http/json-body.ts';
import { xorPassword } from '../llfcchat/xor-password.ts';
import type { Call } from '../route.ts';
import { createSession } from './create-session.ts';

const schema = z.object({ email: z.string(), passwd: z.string() });

/**
 * `createSession` for the old clients: the address under the names of both of their generations, the ticket as token. The later one
 * needs to be told of a place for files, too: without it it does not log in.
 */
export async function userLogin(context: Context, { body, client, signal }: Call<unknown>) {
  const { email, passwd } = parseFields(schema, body);
  const credentials = parseFields(httpSchemas.sessionsRequest, {
    email,
    password: xorPassword(passwd),
    device: { class: 'llfcchat', name: 'llfcchat' },
  });
  const { user, berth } = await createSession(context, { body: credentials, client, signal });
  const port = String(berth.port);
  const { oldFiles } = context.config;
  return {
    email,
    uid: user.id,
    token: berth.ticket,
    host: berth.host,
    port,
    chathost: berth.host,
    chatport: port,
    ...(oldFiles && { reshost: oldFiles.host, resport: String(oldFiles.port) }),
  };
}
