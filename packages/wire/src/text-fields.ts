import { z } from 'zod';
import { limits } from './limits.ts';
import {
  canonicalEmail,
  countCharacters,
  hasForeignLetters,
  isEmoji,
  isShowable,
  namePattern,
  textLimits,
  tidy,
} from './text-rules.ts';

/** Characters, which zod counts in UTF-16 units, and JSON Schema in code points. */
const atMost = (max: number) => ({
  check: (text: string) => countCharacters(text) <= max,
  error: { error: `at most ${max} characters` },
});

/** An e-mail address, in its one spelling. */
export const emailField = z
  .string()
  .meta({ format: 'email', maxLength: textLimits.email })
  .transform((text, context) => {
    const email = canonicalEmail(text);
    if (email !== undefined) return email;
    context.addIssue({
      code: 'custom',
      message: hasForeignLetters(text)
        ? 'only a-z, digits and signs can stand before the @'
        : 'not an e-mail address',
    });
    return z.NEVER;
  });

/** What people are found by: letters, marks, digits, `_`, `.` and `-`; unique without regard to case. */
export const nameField = z
  .string()
  .meta({ minLength: 2, maxLength: textLimits.name })
  .transform(tidy)
  .refine((text) => namePattern.test(text), { error: '2 to 32 letters, digits, _ . or -' });

/** A text that others see in a line of its own: something visible, no controls. */
export function shownField(max: number) {
  const { check, error } = atMost(max);
  return z
    .string()
    .meta({ minLength: 1, maxLength: max })
    .transform(tidy)
    .refine(isShowable, { error: 'something visible, and no control characters' })
    .refine(check, error);
}

/** The same, or nothing. */
export function optionalShownField(max: number) {
  const { check, error } = atMost(max);
  return z
    .string()
    .meta({ maxLength: max })
    .transform(tidy)
    .refine((text) => text === '' || isShowable(text), {
      error: 'something visible, and no control characters',
    })
    .refine(check, error);
}

/** A text of several lines. */
export function freeField(max: number) {
  const { check, error } = atMost(max);
  return z.string().meta({ maxLength: max }).transform(tidy).refine(check, error);
}

/** One emoji, whole: with its skin tone, or joined of several. */
export const emojiField = z
  .string()
  .meta({ minLength: 1, maxLength: limits.maxEmojiCharacters })
  .refine((text) => countCharacters(text) <= limits.maxEmojiCharacters && isEmoji(text), {
    error: 'one emoji',
  });
