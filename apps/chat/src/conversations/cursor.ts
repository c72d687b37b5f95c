import { BerthError } from '@berth/wire';

/** A place in a list, as the numbers that it is ordered by: `1700000000000.42`. */
export const formatCursor = (...numbers: number[]): string => numbers.join('.');

/** Undefined for the beginning; throws `bad_request` for what is no cursor of so many numbers. */
export function parseCursor(cursor: string | undefined, count: number): number[] | undefined {
  if (cursor === undefined) return undefined;
  const parts = cursor.split('.');
  if (parts.length !== count || !parts.every((part) => /^\d{1,16}$/.test(part))) {
    throw new BerthError('bad_request', 'that is no cursor of this list');
  }
  return parts.map(Number);
}
