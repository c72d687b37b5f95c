import { plain } from '../terminal.ts';

/** Rows below their headings; columns of numbers are set to the right. */
export function table(headings: string[], rows: string[][]): string {
  const all = [headings, ...rows.map((row) => row.map(plain))];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const isNumeric = headings.map((_, column) => rows.every((row) => /^[\d.%-]*$/.test(row[column]!)));
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** How much of it is done, in one line. */
export function progressBar(done: number, total: number, what: string, width = 24): string {
  const share = total === 0 ? 1 : Math.min(1, Math.max(0, done / total));
  const filled = Math.round(share * width);
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${Math.floor(share * 100)} %  ${what}`;
}
