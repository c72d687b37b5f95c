import type { Emoji } from './emoji.ts';

/** Emoji for what was typed after a colon: named so, then named with such a beginning, then with a word that begins so. */
export function findEmojiNamed(emojis: readonly Emoji[], typed: string, limit: number): Emoji[] {
  const wanted = typed.toLowerCase();
  const ranks: Emoji[][] = [[], [], []];
  for (const emoji of emojis) {
    const rank = emoji.names.includes(wanted)
      ? 0
      : emoji.names.some((name) => name.startsWith(wanted))
        ? 1
        : emoji.names.some((name) => name.includes(`_${wanted}`))
          ? 2
          : undefined;
    if (rank !== undefined) ranks[rank]!.push(emoji);
  }
  return ranks.flat().slice(0, limit);
}
