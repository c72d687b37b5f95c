import { type BerthClient, BerthError } from '@berth/client';
import type { ChatConfig } from './config.ts';
import { plain, type Terminal } from './terminal.ts';

const maxAttempts = 5;

/** Logs in, or registers first; false when the lines end before that. Throws the BerthError that ends it. */
export async function signIn(client: BerthClient, terminal: Terminal, config: ChatConfig): Promise<boolean> {
  const email = config.email ?? (await terminal.ask('E-mail address: '));
  if (!email) return false;
  let password = config.password;
  for (let attempt = 1; ; attempt++) {
    password ??= await terminal.ask('Password (empty: register; reset: set a new one): ', { hidden: true });
    if (password === undefined) return false;
    try {
      if (password === '') password = await register(client, terminal, email);
      else if (password === 'reset') password = await reset(client, terminal, email);
      if (password === undefined) return false;
      const user = await client.logIn({ email, password });
      terminal.print(`logged in as ${plain(user.nick)} (${plain(user.name)})`);
      return true;
    } catch (error) {
      if (!(error instanceof BerthError) || error.code === 'unavailable' || attempt === maxAttempts)
        throw error;
      if (!terminal.isInteractive) throw error;
      terminal.print(plain(error.message));
      password = undefined;
    }
  }
}

async function register(client: BerthClient, terminal: Terminal, email: string): Promise<string | undefined> {
  const name = await terminal.ask('Name that people find you by (2 to 32 letters, digits, _ . -): ');
  const password = await terminal.ask('New password (8 characters or more): ', { hidden: true });
  if (!name || !password) return undefined;
  const code = await askCode(client, terminal, email, 'register');
  if (!code) return undefined;
  await client.register({ email, code, name, password });
  return password;
}

async function reset(client: BerthClient, terminal: Terminal, email: string): Promise<string | undefined> {
  const password = await terminal.ask('New password (8 characters or more): ', { hidden: true });
  if (!password) return undefined;
  const code = await askCode(client, terminal, email, 'reset');
  if (!code) return undefined;
  await client.resetPassword({ email, code, password });
  return password;
}

async function askCode(
  client: BerthClient,
  terminal: Terminal,
  email: string,
  purpose: 'register' | 'reset',
): Promise<string | undefined> {
  await client.sendCode({ email, purpose });
  terminal.print(`a code was mailed to ${plain(email)}`);
  return terminal.ask('Code: ');
}
