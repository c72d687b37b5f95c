import { BerthError } from '@berth/wire';
import type { httpSchemas } from '@berth/wire/http';
import type { z } from 'zod';
import { nameKey } from '../accounts/name-key.ts';
import type { Context } from '../context.ts';
import type { Call } from '../route.ts';

/** `name`: the old dialect's clients must name the account as well. */
type NewPassword = z.output<typeof httpSchemas.passwordsRequest> & { name?: string };

/** Sets a new password for whoever has the code, and ends every session of the account, everywhere. */
export async function resetPassword(
  context: Context,
  { body, client, signal }: Call<NewPassword>,
): Promise<{ user: { id: number; name: string; email: string } }> {
  const { email, code, password } = body;
  context.passwordRules.check(password, [email]);
  const codeTry = { email, purpose: 'reset', code, source: client.address } as const;
  await context.verify.check(codeTry);
  const passwordHash = await context.hasher.hash(password, signal);
  await context.verify.redeem(codeTry);
  // From here on the mailbox is known to be the caller's: whether there is an account is no secret any more.
  const user = await context.users.findByEmail(email);
  if (!user || (body.name !== undefined && nameKey(body.name) !== nameKey(user.name))) {
    throw new BerthError('not_found', 'There is no such account.');
  }
  const revocation = await context.users.setPassword(user.id, passwordHash);
  await context.revocations.handOver(revocation);
  await context.loginLimit
    .welcome(email, client.network, 'code')
    .catch((err: unknown) => context.log.debug({ err }, 'a network was not remembered'));
  context.log.info({ userId: user.id, generation: revocation.generation }, 'a password was reset');
  return { user: { id: user.id, name: user.name, email } };
}
