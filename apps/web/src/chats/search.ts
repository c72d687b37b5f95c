/** Whether each word of the query is somewhere in the texts, without regard to case, width and accents. */
export function matches(query: string, texts: readonly (string | undefined)[]): boolean {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const whole = fold(texts.filter(Boolean).join('\n'));
  return words.every((word) => whole.includes(word));
}

/** Without regard to case, width and accents. */
export const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLocaleLowerCase();
