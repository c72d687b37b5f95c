/** More than this is no mail with a code in it. */
const maxLength = 4_000;

/** Digits, and what may stand between those of one number. */
const numbers = /\d+(?:[ \u00a0.-]\d+)*/g;

/** The one six-digit code in a text that was copied, also as two groups of three; undefined when there is none, or several. */
export function codeIn(copied: string): string | undefined {
  if (copied.length > maxLength) return undefined;
  const found = copied.normalize('NFKC').match(numbers) ?? [];
  const codes = new Set(
    found.filter((number) => /^\d{3}[ -]?\d{3}$/.test(number)).map((number) => number.replace(/\D/, '')),
  );
  const [code, ...others] = codes;
  return others.length === 0 ? code : undefined;
}
