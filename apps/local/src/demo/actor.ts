import { randomBytes } from 'node:crypto';
import { type BerthClient, BerthError, createClient } from '@berth/client';
import type { Character } from './cast.ts';
import { domain, password } from './cast.ts';

export interface Places {
  gateUrl: string;
  /** Of the mail catcher: `GET /email` answers with what came. */
  mailboxUrl: string;
}

/** A character with a client, logged in and connected. */
export interface Actor {
  character: Character;
  client: BerthClient;
  id: number;
  /** Says a line of the script, which is there once however often it is said. */
  recite(conversation: number, text: string, cid: string): Promise<void>;
}

const patienceMs = 60_000;

/** Logs a character in; one who has no account registers first, by the code from the mailbox. Throws BerthError. */
export async function enter(character: Character, places: Places): Promise<Actor> {
  let scripted: string | undefined;
  const client = createClient({
    gateUrl: places.gateUrl,
    deviceClass: 'demo',
    deviceName: 'Demo',
    createCid: () => scripted ?? randomBytes(16).toString('hex'),
  });
  try {
    const id = await logIn(client, character, places);
    client.connect();
    return {
      ...{ character, client, id },
      recite: async (conversation, text, cid) => {
        scripted = cid;
        const said = client.send(conversation, text);
        scripted = undefined;
        await said.whenSent();
      },
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}

async function logIn(client: BerthClient, character: Character, places: Places): Promise<number> {
  const email = `${character.name}@${domain}`;
  const enter = async () => (await patiently(() => client.logIn({ email, password }))).id;
  try {
    return await enter();
  } catch (error) {
    if (!(error instanceof BerthError) || error.code !== 'bad_credentials') throw error;
  }
  const before = (await codesOf(email, places)).length;
  await patiently(() => client.sendCode({ email, purpose: 'register' }));
  const code = await nextCode(email, before, places);
  const { name, nick, description } = character;
  await patiently(() => client.register({ email, code, name, nick, password }));
  const id = await enter();
  client.connect();
  if (description !== '') await client.request('profileUpdate', { description });
  return id;
}

/** Tries again what is refused for now, such as while nodes have just started. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const comesAgain =
        error instanceof BerthError && ['no_berth', 'unavailable', 'rate_limited'].includes(error.code);
      const delayMs = (comesAgain ? (error.retryAfterMs ?? 500) : 0) * (1 + Math.random() / 2);
      if (!comesAgain || performance.now() + delayMs > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
    }
  }
}

async function nextCode(email: string, before: number, places: Places): Promise<string> {
  const until = performance.now() + patienceMs / 2;
  for (;;) {
    const codes = await codesOf(email, places);
    if (codes.length > before) return codes.at(-1)!;
    if (performance.now() > until)
      throw new BerthError('not_found', `no code came for ${email}: has the account another password?`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function codesOf(email: string, { mailboxUrl }: Places): Promise<string[]> {
  const response = await fetch(`${mailboxUrl}/email`, { signal: AbortSignal.timeout(5_000) });
  const mails = (await response.json()) as { to: { address: string }[]; text: string }[];
  return mails
    .filter(({ to }) => to.some(({ address }) => address === email))
    .flatMap(({ text }) => /\b\d{6}\b/.exec(text)?.[0] ?? []);
}
