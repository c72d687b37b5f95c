import { readFileSync } from 'node:fs';
import { InputError } from './input-error.ts';

export interface Account {
  id: number;
  email: string;
  password: string;
}

/** The people that `--save-accounts` wrote for this target, `needed` at least. Throws InputError. */
export function readAccounts(file: string, url: string, needed: number): Account[] {
  const wrong = (what: string) => new InputError(`--accounts ${file}: ${what}`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw wrong(`cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  let content: { target?: unknown; people?: unknown };
  try {
    content = JSON.parse(text);
  } catch {
    throw wrong('not JSON');
  }
  const { target, people } = content ?? {};
  if (typeof target !== 'string' || !Array.isArray(people))
    throw wrong('expected {"target", "people"}, as --save-accounts writes it');
  if (target !== url) throw wrong(`its people are of ${target}, not of ${url}`);
  const bad = people.findIndex((person) => !isAccount(person));
  if (bad >= 0) throw wrong(`person ${bad + 1} has no id, email or password`);
  if (people.length < needed) throw wrong(`has ${people.length} people, and ${needed} are needed`);
  const distinct = new Set(people.map(({ email }: Account) => email));
  if (distinct.size < people.length) throw wrong('names somebody twice');
  return people;
}

function isAccount(person: unknown): person is Account {
  const { id, email, password } = (person ?? {}) as Partial<Account>;
  return Number.isInteger(id) && typeof email === 'string' && typeof password === 'string';
}
