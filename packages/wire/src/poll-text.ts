import type { Poll } from './message-parts.ts';

/** A poll as lines of text, for lists, for clients that show none, and with how many chose each option where that is known. */
export function pollText({
  question,
  options,
  counts,
}: Pick<Poll, 'question' | 'options'> & Partial<Poll>): string {
  const lines = options.map((option, index) => {
    const count = counts?.[index] ?? 0;
    return count > 0 ? `▫ ${option} (${count})` : `▫ ${option}`;
  });
  return [`📊 ${question}`, ...lines].join('\n');
}
