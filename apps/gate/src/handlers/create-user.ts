import { parseInviteToken } from '@berth/tokens';
import { BerthError } from '@berth/wire';
import type { httpSchemas } from '@berth/wire/http';
import type { z } from 'zod';
import { nameKey } from '../accounts/name-key.ts';
import type { Context } from '../context.ts';
import type { Call } from '../route.ts';
import { previewInvite } from './preview-invite.ts';

/** `icon`: the old dialect's clients choose one when they register. */
type NewAccount = z.output<typeof httpSchemas.usersRequest> & { icon?: string };

/**
 * Makes an account for whoever has the code mailed to the address. Without it nobody learns which names are taken, nor has a
 * password hashed. What can be refused is refused before the code is used up; the password is hashed before, too, since a
 * queue that is full must not cost the code.
 */
export async function createUser(
  context: Context,
  { body, client, signal }: Call<NewAccount>,
): Promise<z.output<typeof httpSchemas.usersAnswer>> {
  const { email, code, name, password } = body;
  const key = nameKey(name);
  context.passwordRules.check(password, [email, name]);
  const codeTry = { email, purpose: 'register', code, source: client.address } as const;
  await context.verify.check(codeTry);
  if (await context.users.isNameTaken(key)) throw new BerthError('name_taken');
  if (body.invite !== undefined)
    await previewInvite(context, { body: { invite: body.invite }, client, signal });
  const passwordHash = await context.hasher.hash(password, signal);
  await context.verify.redeem(codeTry);
  const nick = body.nick ?? name;
  const id = await context.users.create({
    email,
    name,
    nameKey: key,
    nick,
    icon: body.icon ?? '',
    passwordHash,
    invite: body.invite,
  });
  await context.loginLimit
    .welcome(email, client.network, 'code')
    .catch((err: unknown) => context.log.debug({ err }, 'a network was not remembered'));
  context.log.info({ userId: id, inviter: inviterOf(body.invite) }, 'an account was made');
  return { user: { id, name, email } };
}

const inviterOf = (invite: string | undefined): number | undefined =>
  invite === undefined ? undefined : parseInviteToken(invite)?.user;
