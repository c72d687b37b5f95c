const units = ['B', 'kB', 'MB', 'GB'] as const;
const barWidth = 24;

/** `4.2 MB`. */
export function fileSize(bytes: number): string {
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${Number((bytes / 1_000 ** power).toPrecision(3))} ${units[power]}`;
}

/** How far a file is: `pier.jpg ████░░░░ 50% 1.2 MB/s`. */
export function progressBar(name: string, part: number, bytesPerSecond: number): string {
  const filled = Math.floor(part * barWidth);
  const speed = bytesPerSecond > 0 ? ` ${fileSize(bytesPerSecond)}/s` : '';
  return `${name} ${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${Math.floor(part * 100)}%${speed}`;
}
