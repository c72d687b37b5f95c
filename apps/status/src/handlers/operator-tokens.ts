import { BerthError } from '@berth/wire';
import { z } from 'zod';
import type { MysqlOperatorTokens } from '../operators/mysql-operator-tokens.ts';
import { scopes } from '../operators/operator-token.ts';
import type { Operator, Told } from '../operators/operators.ts';
import { parseMessage } from './messages.ts';

export interface OperatorTokensContext {
  tokens: MysqlOperatorTokens | undefined;
}

const daySeconds = 86_400;
const name = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/, { error: 'not 1 to 63 of a-z, 0-9, - and .' })
  .refine((text) => text !== 'root', { error: 'root is the token of the installation' });
const createBody = z.object({
  name,
  scope: z.enum(scopes, { error: `not one of ${scopes.join(', ')}` }),
  /** Default 90 days. */
  expiresInSeconds: z
    .number()
    .int()
    .min(1)
    .max(366 * daySeconds)
    .default(90 * daySeconds),
});
const rotateBody = z.object({
  name: name.optional(),
  /** How long the secret before stays good; default 1 hour. */
  overlapSeconds: z
    .number()
    .int()
    .min(0)
    .max(7 * daySeconds)
    .default(3_600),
});
const revokeBody = z.object({ name: name.optional() });

/** GET /v1/operator: who asks, and what they may do. */
export async function describeOperator({ name, scope, token }: Operator): Promise<object> {
  return { name, scope, expiresAt: token?.expiresAt ?? null };
}

/** GET /v1/operator-tokens: all that are kept, without their secrets. */
export async function listOperatorTokens({ tokens }: OperatorTokensContext): Promise<object> {
  return { tokens: await storeOf(tokens).list() };
}

/** POST /v1/operator-tokens: a new one, whose `token` is shown this once. */
export async function createOperatorToken(
  { tokens }: OperatorTokensContext,
  operator: Operator,
  body: unknown,
  told: Told,
): Promise<object> {
  const { name, scope, expiresInSeconds } = parseMessage(createBody, body, 'token');
  told({ about: name, scope });
  return storeOf(tokens).create({ name, scope, lifeMs: expiresInSeconds * 1_000, by: operator.name });
}

/** POST /v1/operator-tokens/rotate: a new secret for one; everybody but root only for the token that they show. */
export async function rotateOperatorToken(
  { tokens }: OperatorTokensContext,
  operator: Operator,
  body: unknown,
  told: Told,
): Promise<object> {
  const wish = parseMessage(rotateBody, body, 'rotate');
  const name = ownOr(operator, wish.name);
  told({ about: name });
  // Whoever has only found an old one must not get a new one by it.
  if (operator.token?.isCurrent === false)
    throw new BerthError('forbidden', `This is an old secret of the token ${name}, which gets no new one.`);
  return storeOf(tokens).rotate(name, wish.overlapSeconds * 1_000);
}

/** POST /v1/operator-tokens/revoke: it is refused from now on; everybody but root only the token that they show. */
export async function revokeOperatorToken(
  { tokens }: OperatorTokensContext,
  operator: Operator,
  body: unknown,
  told: Told,
): Promise<object> {
  const name = ownOr(operator, parseMessage(revokeBody, body, 'revoke').name);
  told({ about: name });
  return storeOf(tokens).revoke(name);
}

function ownOr(operator: Operator, wished: string | undefined): string {
  const name = wished ?? operator.token?.name;
  if (name === undefined) throw new BerthError('bad_request', 'name: which token?');
  if (operator.scope !== 'root' && name !== operator.name)
    throw new BerthError('forbidden', `The token ${operator.name} may change itself alone, not ${name}.`);
  return name;
}

function storeOf(tokens: MysqlOperatorTokens | undefined): MysqlOperatorTokens {
  if (tokens) return tokens;
  throw new BerthError('not_found', 'There are no tokens here: status has no MYSQL_URL.');
}
