/** The rules for what people type about themselves: the same for a form, for gate and for a chat node. */

/** Longest, in characters (code points, as MySQL and JSON Schema count them). */
export const textLimits = {
  name: 32,
  nick: 64,
  alias: 64,
  title: 128,
  note: 255,
  description: 255,
  topic: 128,
  about: 500,
  email: 254,
  pollQuestion: 300,
  pollOption: 100,
} as const;

export const countCharacters = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

/** Composed, so that one text has one spelling, and without blanks around it. */
export const tidy = (text: string): string => text.normalize('NFC').trim();

/**
 * What a text looks like to a person: two that are alike without regard to case, width, blanks and what cannot be seen are one. To
 * be compared, never to be shown.
 */
export function likeness(text: string): string {
  // Of an emoji what cannot be seen makes a difference: a family is joined by it, and a flag told from another.
  const seen = text
    .normalize('NFKC')
    .replaceAll(/\p{RGI_Emoji}|\p{DI}/gv, (one) => (isEmoji(one) ? one.replaceAll('\ufe0f', '') : ''));
  return tidy(seen.replaceAll(/\s+/gu, ' ')).toLowerCase();
}

/**
 * Names by which accounts are found: letters, marks and digits of every script, `_`, `.` and `-`, and none that cannot be
 * seen (some letters and marks are fillers); a mark needs something to stand on. Of a tidy text.
 */
export const namePattern = /^(?!\p{M})(?:(?!\p{DI})[\p{L}\p{M}\p{N}_.-]){2,32}$/u;
/** What a name may consist of. */
export const nameCharacters = /^(?!\p{M})(?:(?!\p{DI})[\p{L}\p{M}\p{N}_.-])*$/u;

/** Letters, digits and signs, but for fillers and the blank of Braille. */
const visible = /(?!\p{DI}|\u2800)[\p{L}\p{N}\p{P}\p{S}]/u;
/** Controls, halves of characters, and what turns the direction of all that follows it. */
const harmful = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** Whether something of it can be seen, and nothing of it harms what stands around it. */
export const isShowable = (text: string): boolean => visible.test(text) && !harmful.test(text);

/** What of an address stands before the `@`: atext of RFC 5322, in parts with dots between them. */
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const maxLocalLength = 64;
const domainCharacters = /^[\p{L}\p{M}\p{N}.-]+$/u;
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * The one spelling of an e-mail address: tidy, lower-cased, an international domain in ASCII. Undefined when it is none that
 * mail can be sent to over the internet.
 */
export function canonicalEmail(text: string): string | undefined {
  const whole = tidy(text).toLowerCase();
  const at = whole.lastIndexOf('@');
  const local = whole.slice(0, Math.max(0, at));
  if (local.length > maxLocalLength || !localPart.test(local)) return undefined;
  const domain = asciiDomain(whole.slice(at + 1));
  const email = `${local}@${domain}`;
  return domain === undefined || email.length > textLimits.email ? undefined : email;
}

/**
 * Whether an address is none only because of other letters than a-z before the `@`: mail to it needs SMTPUTF8 of every server
 * on its way, which few have, so that it is refused at once and not with the first mail.
 */
export function hasForeignLetters(text: string): boolean {
  const whole = tidy(text);
  const at = whole.lastIndexOf('@');
  const local = whole.slice(0, Math.max(0, at));
  return /[^\0-\x7f]/.test(local) && canonicalEmail(`a${whole.slice(at)}`) !== undefined;
}

function asciiDomain(domain: string): string | undefined {
  if (!domainCharacters.test(domain) || !URL.canParse(`http://${domain}`)) return undefined;
  const { hostname } = new URL(`http://${domain}`);
  const labels = hostname.split('.');
  const isName =
    labels.length >= 2 && labels.every((part) => label.test(part)) && /[a-z]/.test(labels.at(-1)!);
  return isName ? hostname : undefined;
}

/** One emoji as Unicode recommends it for interchange: with its skin tone, or joined of several. */
export const isEmoji = (text: string): boolean => oneCharacter.test(text) || /^\p{RGI_Emoji}$/v.test(text);

/** Most are. The whole set is a list of some 3,700 that is gone through one by one. */
const oneCharacter =
  /^(?:(?!\p{RI})\p{Emoji_Presentation}|(?![0-9#*])(?!\p{Emoji_Presentation})\p{Emoji}\ufe0f)$/u;
