import type { Character } from './cast.ts';

/** What a character answers to the message with this number: the same each time it is asked. */
export const answerOf = ({ answers }: Character, seq: number): string => answers[seq % answers.length]!;

/** Who of a group answers the message with this number: whoever is named in it, else one after the other. */
export function answererOf(members: readonly Character[], text: string, seq: number): Character | undefined {
  const named = members.find(({ name, nick }) =>
    [name, nick, nick.split(' ')[0]!].some((each) => text.toLowerCase().includes(each.toLowerCase())),
  );
  return named ?? members[seq % members.length];
}
