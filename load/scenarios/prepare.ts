import type { Profile } from '../profiles/profile.ts';
import { peopleOf } from '../profiles/profile.ts';
import type { Person } from './accounts.ts';
import type { Prepared } from './run-plan.ts';

/** Registrations at a time: each hashes a password. */
const atATime = 8;

/** Of an account file, read where k6 reads files: at the start. */
const known: Person[] | undefined = __ENV.BERTH_ACCOUNTS
  ? (JSON.parse(open(__ENV.BERTH_ACCOUNTS)) as { people: Person[] }).people
  : undefined;

/** The people of the scenarios: those of the account file, else new ones. */
export async function prepare(
  profile: Profile,
  register: (name: string) => Promise<Person>,
): Promise<Prepared> {
  const run = Date.now().toString(36);
  const count = peopleOf(profile);
  const people =
    known?.slice(0, count) ?? (await registerAll(count, (index) => register(`k6-${run}-${index}`)));
  const take = (wanted: number) => people.splice(0, wanted);
  const { direct, groups, storm } = profile;
  return {
    run,
    direct: take(2 * (direct?.pairs ?? 0)),
    groups: take((groups?.groups ?? 0) * (groups?.members ?? 0)),
    storm: take(2 * (storm?.pairs ?? 0)),
  };
}

async function registerAll(count: number, register: (index: number) => Promise<Person>): Promise<Person[]> {
  const people: Person[] = new Array(count);
  let next = 0;
  const work = async () => {
    for (let index = next++; index < count; index = next++) people[index] = await register(index);
  };
  await Promise.all(Array.from({ length: Math.min(atATime, count) }, work));
  return people;
}
