import { fold } from '../chats/search.ts';

/**
 * How well a name fits what was typed: higher is better, undefined when its letters are not all there in that order. Letters
 * that begin a word, and runs of them, count more; a name that begins so, most.
 */
export function fuzzyScore(query: string, name: string): number | undefined {
  const wanted = [...fold(query).replace(/\s+/g, '')];
  if (wanted.length === 0) return 0;
  const letters = [...fold(name)];
  let best: number | undefined;
  for (let start = 0; start <= letters.length - wanted.length; start++) {
    if (letters[start] !== wanted[0]) continue;
    const score = scoreFrom(letters, wanted, start);
    if (score !== undefined && (best === undefined || score > best)) best = score;
  }
  // Of equal ones the shorter name is nearer to what was typed.
  return best === undefined ? undefined : best - letters.length / 1_000;
}

/** Takes each letter where it comes next. */
function scoreFrom(letters: readonly string[], wanted: readonly string[], start: number): number | undefined {
  let score = 0;
  let at = start - 1;
  for (const letter of wanted) {
    const before = at;
    at = letters.indexOf(letter, before + 1);
    if (at < 0) return undefined;
    score += 1;
    if (at === before + 1 && at > start) score += 2;
    if (at === 0) score += 3;
    else if (/[^\p{L}\p{N}]/u.test(letters[at - 1]!)) score += 2;
  }
  return score;
}
