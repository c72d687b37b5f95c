/** In a message's text: the words that stand for somebody, or for everybody in the group. */
export interface Mention {
  /** Who is meant, whatever they are called now; 0: everybody. */
  user: number;
  /** Where the words begin, in UTF-16 code units, and how many they are: what is shown where the name is not known. */
  at: number;
  length: number;
}

/** Of `user`: everybody in the group. */
export const everybody = 0;

/** Whether the words of mentions are words of the text: in their order, none within another, no character cut in two. */
export function areMentionsOf(text: string, mentions: readonly Mention[]): boolean {
  let end = 0;
  for (const { at, length } of mentions) {
    if (length < 1 || at < end || at + length > text.length) return false;
    if (cutsCharacter(text, at) || cutsCharacter(text, at + length)) return false;
    end = at + length;
  }
  return true;
}

/** Whether a message means somebody: by themselves, or as one of everybody. */
export const isMentioned = (mentions: readonly Mention[] | undefined, user: number): boolean =>
  mentions?.some((mention) => mention.user === user || mention.user === everybody) ?? false;

/** What everybody means is for admins of a group to say. */
export const mentionsEverybody = (mentions: readonly Mention[] | undefined): boolean =>
  mentions?.some(({ user }) => user === everybody) ?? false;

/** A text with other words for those who are mentioned: what they are called now. Undefined keeps the words. */
export function withNames(
  text: string,
  mentions: readonly Mention[],
  nameOf: (user: number) => string | undefined,
): string {
  let said = '';
  let end = 0;
  for (const { user, at, length } of mentions) {
    said += text.slice(end, at) + (nameOf(user) ?? text.slice(at, at + length));
    end = at + length;
  }
  return said + text.slice(end);
}

const cutsCharacter = (text: string, at: number): boolean =>
  isBetween(text.charCodeAt(at - 1), 0xd800, 0xdbff) && isBetween(text.charCodeAt(at), 0xdc00, 0xdfff);

const isBetween = (unit: number, low: number, high: number): boolean => unit >= low && unit <= high;
