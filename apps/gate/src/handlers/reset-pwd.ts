import { httpSchemas } from '@berth/wire/http';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { parseFields } from '../http/json-body.ts';
import { checkCodeForm } from '../llfcchat/code-form.ts';
import { xorPassword } from '../llfcchat/xor-password.ts';
import type { Call } from '../route.ts';
import { resetPassword } from './reset-password.ts';

const schema = z.object({
  user: z.string(),
  email: z.string(),
  passwd: z.string(),
  varifycode: z.string(),
});

/** `resetPassword` for the old clients, who name the account, too. Answers with neither password nor code. */
export async function resetPwd(context: Context, { body, client, signal }: Call<unknown>) {
  const { user, email, passwd, varifycode } = parseFields(schema, body);
  checkCodeForm(varifycode);
  const reset = parseFields(httpSchemas.passwordsRequest, {
    email,
    code: varifycode,
    password: xorPassword(passwd),
  });
  await resetPassword(context, { body: { ...reset, name: user }, client, signal });
  return { email, user };
}
