import { httpSchemas } from '@berth/wire/http';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { parseFields } from '../http/json-body.ts';
import { checkCodeForm } from '../llfcchat/code-form.ts';
import { PasswordsDifferError } from '../llfcchat/error-codes.ts';
import { xorPassword } from '../llfcchat/xor-password.ts';
import type { Call } from '../route.ts';
import { createUser } from './create-user.ts';

const schema = z.object({
  user: z.string(),
  email: z.string(),
  passwd: z.string(),
  confirm: z.string(),
  icon: z.string().max(255).default(''),
  varifycode: z.string(),
});

/** `createUser` for the old clients. Answers with neither password nor code. */
export async function userRegister(context: Context, { body, client, signal }: Call<unknown>) {
  const { user, email, passwd, confirm, icon, varifycode } = parseFields(schema, body);
  if (passwd !== confirm) throw new PasswordsDifferError();
  checkCodeForm(varifycode);
  const account = parseFields(httpSchemas.usersRequest, {
    email,
    code: varifycode,
    name: user,
    password: xorPassword(passwd),
  });
  const made = await createUser(context, { body: { ...account, icon }, client, signal });
  return { uid: made.user.id, email, user, icon };
}
