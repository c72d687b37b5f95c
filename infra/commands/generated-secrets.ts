import { randomBytes } from 'node:crypto';
import { createSessionKey } from '@berth/tokens';
import { createAuthority, issueServiceTls, type Pair } from './certificates.ts';

export type StackName = 'kind' | 'aws';

/** 160 random bits in 40 characters: RDS takes no more than 41, ElastiCache hardly more than letters and digits. */
const createPassword = (): string => randomBytes(20).toString('hex');
/** 256 random bits. */
const createKey = (): string => randomBytes(32).toString('base64url');

/**
 * The secrets that nobody needs to think up, each made only when asked for. Names are those of the configuration.
 * `authority`: the one that exists already, if any.
 */
export function secretMakers(
  stack: StackName,
  namespace: string,
  authority?: Pair,
): Record<string, () => string | Promise<string>> {
  let issuer: Promise<Pair> | undefined;
  const useAuthority = () => {
    issuer ??= authority ? Promise.resolve(authority) : createAuthority();
    return issuer;
  };
  return {
    mysqlPassword: createPassword,
    redisPassword: createPassword,
    ticketSecret: createKey,
    operatorToken: createKey,
    linkSecret: createKey,
    codeSecret: createKey,
    checksumKey: createKey,
    sessionKeys: () => JSON.stringify({ keys: [createSessionKey()] }),
    serviceTls: async () => JSON.stringify(await issueServiceTls(await useAuthority(), namespace)),
    serviceAuthorityKey: async () => (await useAuthority()).key,
    ...(stack === 'kind' && { mysqlRootPassword: createPassword }),
  };
}
