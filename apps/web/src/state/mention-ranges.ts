import type { Mention } from '@berth/client';
import { limits } from '@berth/wire';

/** The mentions of a text after it was typed in: those whose words were changed mean nobody any more. */
export function movedMentions(
  mentions: readonly Mention[],
  before: string,
  after: string,
): readonly Mention[] {
  if (mentions.length === 0 || before === after) return mentions;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let kept = 0;
  while (kept < shorter - start && before.at(-1 - kept) === after.at(-1 - kept)) kept++;
  const moved = after.length - before.length;
  const longer = moved < 0 ? before : after;
  const isPure = kept + start === shorter;
  let best = keptOf(mentions, start, before.length - kept, moved);
  // What was put in or taken out may have been any of several places beside each other: that which breaks least.
  for (let slid = 1; isPure && slid <= start; slid++) {
    if (longer[start - slid] !== longer[start - slid + Math.abs(moved)]) break;
    const other = keptOf(mentions, start - slid, before.length - kept - slid, moved);
    if (other.length > best.length) best = other;
  }
  return best;
}

/** The same with one more that was chosen, in the order of their words. */
export const changedMentions = (
  mentions: readonly Mention[],
  before: string,
  after: string,
  added: Mention | undefined,
): readonly Mention[] =>
  [...movedMentions(mentions, before, after), ...(added ? [added] : [])]
    .sort((one, other) => one.at - other.at)
    .slice(0, limits.maxMentions);

/** Those before and behind what was changed from `start` to `end`. */
function keptOf(mentions: readonly Mention[], start: number, end: number, moved: number): Mention[] {
  return mentions.flatMap((mention) => {
    const { at, length } = mention;
    if (at + length <= start) return [mention];
    return at >= end ? [{ ...mention, at: at + moved }] : [];
  });
}

/** A text without blanks around it, and its mentions in it. */
export function trimmedWords(
  text: string,
  mentions: readonly Mention[],
): { text: string; mentions: readonly Mention[] } {
  const trimmed = text.trim();
  const cut = text.length - text.trimStart().length;
  const within = mentions.map((mention) => ({ ...mention, at: mention.at - cut }));
  return {
    text: trimmed,
    mentions: within.filter(({ at, length }) => at >= 0 && at + length <= trimmed.length),
  };
}
