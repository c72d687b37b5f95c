/** Three digits, more before the point. */
export function shown(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString('en');
  return Number(value.toPrecision(value < 0.1 ? 2 : 3)).toString();
}

/** A table, its head first. */
export const markdown = (lines: string[][]): string =>
  [lines[0]!, lines[0]!.map(() => '---'), ...lines.slice(1)]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
