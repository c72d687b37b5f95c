import type { PlainTextKey } from '../i18n/catalogue.ts';
import { strengthOf } from './password-strength.ts';

/** What is wrong with a field: a text of the catalogue, or nothing. The same rules as at gate, which decides. */
export type FieldProblem = PlainTextKey | undefined;

export function checkEmail(email: string): FieldProblem {
  const value = email.trim();
  if (value === '') return 'field.required';
  return value.length <= 254 && /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value)
    ? undefined
    : 'field.email.wrong';
}

export function checkName(name: string): FieldProblem {
  const value = name.trim();
  if (value === '') return 'field.required';
  if (!/^[\p{L}\p{N}_.-]*$/u.test(value)) return 'field.name.characters';
  return /^.{2,32}$/u.test(value) ? undefined : 'field.name.length';
}

export const checkCode = (code: string): FieldProblem =>
  code.trim() === '' ? 'field.required' : /^\d{6}$/.test(code.trim()) ? undefined : 'field.code.wrong';

export function checkPassword(password: string): FieldProblem {
  if (password === '') return 'field.required';
  if (password.length < 8) return 'field.password.short';
  if (password.length > 128) return 'field.password.long';
  return strengthOf(password) === 0 ? 'field.password.common' : undefined;
}

export const checkNick = (nick: string): FieldProblem =>
  nick.trim() === '' ? 'field.required' : nick.trim().length > 64 ? 'field.nick.long' : undefined;
