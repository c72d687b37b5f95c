import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { BerthClient } from '@berth/client';
import type { ProbeConfig } from './config.ts';

interface Account {
  email: string;
  password: string;
}

/** What is used of a mail of maildev's list. */
interface CaughtMail {
  to: { address: string }[];
  text: string;
}

/** The account to log in with: the one that was given, or a new one. */
export async function obtainAccount(
  config: ProbeConfig['account'],
  client: BerthClient,
  signal: AbortSignal,
): Promise<Account> {
  if (config.kind === 'given') return config;
  const name = `probe-${randomBytes(6).toString('hex')}`;
  const account = { email: `${name}@probe.invalid`, password: randomBytes(18).toString('base64url') };
  await client.sendCode({ email: account.email, purpose: 'register' });
  const code = await readCode(config.mailboxUrl, account.email, signal);
  await client.register({ ...account, name, code });
  return account;
}

/** The six digits of the newest mail to the address, once it is there. */
async function readCode(mailboxUrl: string, email: string, signal: AbortSignal): Promise<string> {
  for (;;) {
    const response = await fetch(`${mailboxUrl}/email`, { signal });
    if (!response.ok) throw new Error(`the mailbox answers ${response.status}`);
    const mails = (await response.json()) as CaughtMail[];
    const mail = mails.findLast(({ to }) => to.some(({ address }) => address === email));
    const code = /\b\d{6}\b/.exec(mail?.text ?? '')?.[0];
    if (code !== undefined) return code;
    await wait(250, undefined, { signal });
  }
}
