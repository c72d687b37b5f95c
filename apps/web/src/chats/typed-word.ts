/** What stands before the cursor and may be completed: a name after `@`, or that of an emoji after `:`. */
export interface TypedWord {
  sign: '@' | ':';
  word: string;
  /** Where the sign stands. */
  at: number;
}

const maxWord = 40;
/** Not within an address or a time; letters of scripts that know no blanks may stand before it. */
const name = /(?<![A-Za-z0-9_.+@/-])@([\p{L}\p{M}\p{N}_.-]*)$/u;
const emoji = /(?<![A-Za-z0-9:/])(:)([a-z0-9_+-]{2,})$/i;

export function typedWord(text: string, cursor: number): TypedWord | undefined {
  const before = text.slice(Math.max(0, cursor - maxWord), cursor);
  const named = name.exec(before);
  if (named) return { sign: '@', word: named[1]!, at: cursor - named[1]!.length - 1 };
  const called = emoji.exec(before);
  return called ? { sign: ':', word: called[2]!, at: cursor - called[2]!.length - 1 } : undefined;
}
