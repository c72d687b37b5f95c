import { BerthError } from '@berth/wire';
import { z } from 'zod';

const schema = z.email().max(254);

/** The address lower-cased. Throws BerthError `bad_request`. */
export function parseEmail(text: string): string {
  const result = schema.safeParse(text);
  if (!result.success) throw new BerthError('bad_request', 'email: not an e-mail address');
  return result.data.toLowerCase();
}
