import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as elapse } from 'node:timers/promises';
import type { Person } from '../driver/session.ts';
import type { Account } from '../run/account-file.ts';
import { type Answered, ask, type Trust } from '../run/ask.ts';
import { InputError } from '../run/input-error.ts';
import { Asking } from './asking.ts';

interface Entered {
  token: string;
  berth: { url: string; ticket: string };
}

/** Log-ins at a time: each hashes a password. */
const atATime = 4;
/** A refusal that says when to come again is obeyed so often. */
const maxTries = 30;

/** Sessions of these accounts, two and two of whom are friends; from the file when it has them of this target. */
export async function enterPeople(
  url: string,
  accounts: Account[],
  trust: Trust,
  tokens: string | undefined,
  say: (line: string) => void,
): Promise<Person[]> {
  const kept = tokens === undefined ? undefined : readTokens(tokens, url, accounts);
  if (kept) return kept;
  const people: Person[] = new Array(accounts.length);
  let next = 0;
  let told = performance.now();
  const work = async () => {
    for (let index = next; index < accounts.length; index = next) {
      next += 2;
      const [one, other] = accounts.slice(index, index + 2) as [Account, Account];
      // A ticket is good for seconds, and a log-in may have to wait: each is used before the next.
      const mine = await logIn(url, one, trust);
      const known = await findDirect(mine, other, trust);
      const theirs = await logIn(url, other, trust);
      const conversation = known ?? (await accept(theirs, one, trust));
      people[index] = { user: one.id, token: mine.token, conversation };
      people[index + 1] = { user: other.id, token: theirs.token, conversation };
      if (performance.now() - told < 10_000) continue;
      told = performance.now();
      say(`${index + 2} of ${accounts.length} people are logged in`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atATime, accounts.length / 2) }, work));
  if (tokens !== undefined) {
    writeFileSync(tokens, JSON.stringify({ target: url, people }), { mode: 0o600 });
    say(`${people.length} sessions are kept in ${tokens}`);
  }
  return people;
}

/** Undefined when there is no such file yet. */
function readTokens(file: string, url: string, accounts: Account[]): Person[] | undefined {
  if (!existsSync(file)) return undefined;
  let kept: { target?: unknown; people?: unknown };
  try {
    kept = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new InputError(`--tokens ${file}: not JSON`);
  }
  const people = kept.people as Person[];
  if (kept.target !== url || !Array.isArray(people))
    throw new InputError(`--tokens ${file}: its sessions are of ${kept.target}, not of ${url}`);
  if (people.length < accounts.length || accounts.some(({ id }, index) => people[index]!.user !== id))
    throw new InputError(`--tokens ${file}: its sessions are of other people than those of --accounts`);
  return people.slice(0, accounts.length);
}

async function logIn(url: string, { email, password }: Account, trust: Trust): Promise<Entered> {
  for (let tries = 1; ; tries++) {
    const answer = await ask(`${url}/v1/sessions`, trust, { email, password, device: { class: 'load' } });
    if (answer.status === 201) {
      const { session, berth } = answer.body as { session: { token: string }; berth: Entered['berth'] };
      return { token: session.token, berth };
    }
    const { code, retryAfterMs } = refusalOf(answer);
    if ((answer.status !== 429 && answer.status !== 503) || tries === maxTries)
      throw new Error(`${email} cannot log in: ${answer.status} ${code}`);
    await elapse((retryAfterMs ?? 1_000) * (1 + Math.random() / 2));
  }
}

const refusalOf = ({ body }: Answered): { code?: string; retryAfterMs?: number } =>
  (body as { error?: { code: string; retryAfterMs?: number } })?.error ?? {};

/** Their direct conversation; undefined when they are no friends: the other one is asked then. */
async function findDirect({ berth }: Entered, other: Account, trust: Trust): Promise<number | undefined> {
  const asking = await Asking.open(berth, trust);
  try {
    const { conversation } = await asking.ask('directOpen', { user: other.id });
    return conversation.conversation;
  } catch (error) {
    if ((error as { code?: string }).code !== 'not_friends') throw error;
    await asking.ask('friendRequest', { user: other.id });
    return undefined;
  } finally {
    asking.close();
  }
}

/** The direct conversation of new friends. */
async function accept({ berth }: Entered, one: Account, trust: Trust): Promise<number> {
  const asking = await Asking.open(berth, trust);
  try {
    return (await asking.ask('friendAccept', { user: one.id })).friend.conversation;
  } finally {
    asking.close();
  }
}
