import {
  canonicalEmail,
  countCharacters,
  hasForeignLetters,
  isShowable,
  nameCharacters,
  namePattern,
  textLimits,
  tidy,
} from '@berth/wire/text-rules';
import type { PlainTextKey } from '../i18n/catalogue.ts';
import { strengthOf } from './password-strength.ts';

/** What is wrong with a field: a text of the catalogue, or nothing. The same rules as at gate, which decides. */
export type FieldProblem = PlainTextKey | undefined;

export function checkEmail(email: string): FieldProblem {
  const value = email.trim();
  if (value === '') return 'field.required';
  if (canonicalEmail(value) !== undefined) return undefined;
  return hasForeignLetters(value) ? 'field.email.letters' : 'field.email.wrong';
}

export function checkName(name: string): FieldProblem {
  const value = tidy(name);
  if (value === '') return 'field.required';
  if (!nameCharacters.test(value)) return 'field.name.characters';
  return namePattern.test(value) ? undefined : 'field.name.length';
}

export const checkCode = (code: string): FieldProblem =>
  code.trim() === '' ? 'field.required' : /^\d{6}$/.test(code.trim()) ? undefined : 'field.code.wrong';

export function checkPassword(password: string): FieldProblem {
  if (password === '') return 'field.required';
  const characters = countCharacters(password);
  if (characters < 8) return 'field.password.short';
  if (characters > 128) return 'field.password.long';
  return strengthOf(password) === 0 ? 'field.password.common' : undefined;
}

export function checkNick(nick: string): FieldProblem {
  const problem = checkShown(nick);
  return problem ?? (countCharacters(tidy(nick)) > textLimits.nick ? 'field.nick.long' : undefined);
}

/** A text that others see in a line of its own, such as the title of a group. */
export function checkShown(text: string): FieldProblem {
  const value = tidy(text);
  if (value === '') return 'field.required';
  return isShowable(value) ? undefined : 'field.hidden';
}
