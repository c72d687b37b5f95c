import type { Answers, ConversationSummary } from '@berth/wire';
import type { ConversationReader } from './conversation-reader.ts';
import { split } from './frame-page.ts';
import type { Viewer } from './last-lines.ts';

/** Conversations in the answer to a resume at most; the rest is read with `conversations`. */
const maxConversations = 200;

/**
 * What changed since the marks: the conversations with something that the user may see above the mark (without one:
 * above 0), the latest first, in answers that each fit a frame.
 */
export async function resume(
  reader: ConversationReader,
  viewer: Viewer,
  marks: ReadonlyMap<number, number>,
): Promise<Answers['resume'][]> {
  const ends = await reader.listedEnds(viewer);
  const candidates = [...ends]
    .filter(([id, { head }]) => head > (marks.get(id) ?? 0))
    .sort(([a, { lastAt: atA }], [b, { lastAt: atB }]) => atB - atA || b - a)
    .map(([id]) => id);
  const changed: ConversationSummary[] = [];
  let looked = 0;
  // A head above the mark may be out of sight for one who left, so the next ones are looked at until there are enough.
  while (changed.length < maxConversations && looked < candidates.length) {
    const next = candidates.slice(looked, looked + maxConversations);
    looked += next.length;
    const summaries = await reader.summaries(viewer, next);
    changed.push(...summaries.filter((summary) => summary.head > (marks.get(summary.conversation) ?? 0)));
  }
  const more = changed.length > maxConversations || looked < candidates.length;
  const parts = split(changed.slice(0, maxConversations));
  return parts.map((conversations, index) => ({
    conversations,
    more,
    ...(index < parts.length - 1 && { part: true }),
  }));
}
