/** What a row is high before it has been measured, so that scrolling lands close to where it was aimed at. */
export const placeholderHeight = 64;

const lineHeight = 22;
const frameHeight = 34;
const pixelsPerLetter = 7.4;
const wideFactor = 2;
const mostLines = 26;

/** A guess from the length of the text and the width that it has. */
export function estimateHeight(text: string, widthPx: number): number {
  const lettersPerLine = Math.max(12, (Math.min(widthPx * 0.75, 620) - 24) / pixelsPerLetter);
  let lines = 0;
  for (const line of text.split('\n')) {
    const wide = /[\u2e80-\uffef]/.test(line) ? wideFactor : 1;
    lines += Math.max(1, Math.ceil((line.length * wide) / lettersPerLine));
    if (lines >= mostLines) return mostLines * lineHeight + frameHeight;
  }
  return lines * lineHeight + frameHeight;
}
