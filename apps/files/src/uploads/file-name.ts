const maxBytes = 255;
/** Controls, halves of characters, and what turns the direction of all that follows it. */
const harmful = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** A name that a client gave, for people to read: without a path and without what cannot be seen; never empty. */
export function tidyFileName(given: string): string {
  const last = given.normalize('NFC').split(/[/\\]/).at(-1)!;
  const name = last.replaceAll(harmful, '').replace(/^[\s.]+|[\s.]+$/g, '');
  return name === '' ? 'file' : shortened(name);
}

/** The end, where the extension is, stays. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= maxBytes) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && Buffer.byteLength(name.slice(dot)) <= 32 ? name.slice(dot) : '';
  let stem = '';
  for (const character of name.slice(0, name.length - extension.length)) {
    if (Buffer.byteLength(stem + character + extension) > maxBytes) break;
    stem += character;
  }
  return stem + extension;
}
