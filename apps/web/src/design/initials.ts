/** One or two letters for a name: its words' first ones, or the first of a name in a script without spaces. */
export function initialsOf(name: string): string {
  const words = name.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
  const [first, ...rest] = words;
  if (first === undefined) {
    // Names of signs or emoji alone show what they begin with.
    const [grapheme] = new Intl.Segmenter().segment(name.trim());
    return grapheme?.segment ?? '?';
  }
  const letter = (word: string) => String.fromCodePoint(word.codePointAt(0)!).toLocaleUpperCase();
  const last = rest.at(-1);
  return /^\p{Script=Han}/u.test(first) || last === undefined ? letter(first) : letter(first) + letter(last);
}
