/** Somebody who may be mentioned. */
export interface Candidate {
  id: number;
  name: string;
  nick: string;
  /** What this user calls them. */
  alias?: string | undefined;
}

export interface Closeness {
  /** Who wrote here lately, the latest first. */
  recent: readonly number[];
  isFriend: (user: number) => boolean;
}

/** Beginnings of names count before those of words within them; then who wrote lately, then friends, then the alphabet. */
export function rankPeople<T extends Candidate>(
  people: readonly T[],
  typed: string,
  { recent, isFriend }: Closeness,
  limit: number,
): T[] {
  const wanted = fold(typed);
  return people
    .flatMap((person) => {
      const match = matchOf(person, wanted);
      if (match === undefined) return [];
      const place = recent.indexOf(person.id);
      return [
        { person, match, place: place < 0 ? recent.length : place, friend: isFriend(person.id) ? 0 : 1 },
      ];
    })
    .sort(
      (one, other) =>
        one.match - other.match ||
        one.place - other.place ||
        one.friend - other.friend ||
        shownName(one.person).localeCompare(shownName(other.person)) ||
        one.person.id - other.person.id,
    )
    .slice(0, limit)
    .map(({ person }) => person);
}

const shownName = ({ alias, nick, name }: Candidate): string => alias || nick || name;

function matchOf({ name, nick, alias = '' }: Candidate, wanted: string): number | undefined {
  const names = [alias, nick, name].map(fold).filter(Boolean);
  if (names.some((each) => each.startsWith(wanted))) return 0;
  const words = names.flatMap((each) => each.split(/[\s_.-]+/));
  return words.some((word) => word.startsWith(wanted)) ? 1 : undefined;
}

const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLocaleLowerCase();
