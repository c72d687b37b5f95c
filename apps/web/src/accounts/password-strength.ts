/** 0 is refused for sure, 4 is very strong. */
export type Strength = 0 | 1 | 2 | 3 | 4;

/** Words that guessers try first; gate knows ten thousand more. */
const guessed =
  /pass(word|wort)?|qwert[yz]|asdf|letmein|welcome|admin|iloveyou|dragon|monkey|football|abc123|berth/gi;

/** Bits that a guesser must try for each strength above 0. */
const steps = [24, 40, 55, 72];

/**
 * How strong a password looks: bits of its alphabet for each character, where repetitions, sequences and guessed words
 * count as one character. A hint for the user; what is refused is gate's to decide.
 */
export function strengthOf(password: string, known: readonly string[] = []): Strength {
  let rest = password.replace(guessed, 'a');
  for (const word of known) {
    if (word.length >= 3)
      rest = rest.replaceAll(new RegExp(word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi'), 'a');
  }
  const bits = surprising(rest) * Math.log2(alphabetOf(password));
  return steps.filter((step) => bits >= step).length as Strength;
}

/** Characters that do not follow from the one before: neither the same nor its neighbour. */
function surprising(text: string): number {
  let count = 0;
  let step: number | undefined;
  let before: number | undefined;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const next = before === undefined ? undefined : code - before;
    if (next === undefined || Math.abs(next) > 1 || next !== step) count += next === 0 ? 0.25 : 1;
    step = next;
    before = code;
  }
  return count;
}

function alphabetOf(password: string): number {
  let size = 1;
  if (/[a-z]/.test(password)) size += 26;
  if (/[A-Z]/.test(password)) size += 26;
  if (/\d/.test(password)) size += 10;
  if (/[ -/:-@[-`{-~]/.test(password)) size += 33;
  if (/[^ -~]/.test(password)) size += 500;
  return size;
}
