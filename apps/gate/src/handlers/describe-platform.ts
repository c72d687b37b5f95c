import type { PlatformAnswer } from '@berth/wire/http';
import type { Context } from '../context.ts';

/** What a client may want to know before anyone is logged in. */
export async function describePlatform({ config }: Context): Promise<PlatformAnswer> {
  const { mailboxUrl, invites, files } = config;
  return { invites, ...(mailboxUrl !== undefined && { mailboxUrl }), ...(files && { files }) };
}
