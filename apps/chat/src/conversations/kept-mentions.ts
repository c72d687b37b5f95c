import { areMentionsOf, type Mention } from '@berth/wire';

/** As a text that waits keeps beside it whom it means. */
export const keptMentions = (mentions: readonly Mention[] | undefined): string | null =>
  mentions === undefined || mentions.length === 0 ? null : JSON.stringify(mentions);

/** What a pod of the release before has changed the text of means nobody where the words are other ones. */
export function mentionsOf(text: string, kept: string | null): { mentions?: Mention[] } {
  const mentions = kept === null ? [] : (JSON.parse(kept) as Mention[]);
  return mentions.length > 0 && areMentionsOf(text, mentions) ? { mentions } : {};
}
