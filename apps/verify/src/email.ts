import { BerthError } from '@berth/wire';
import { canonicalEmail } from '@berth/wire/text-rules';

/** The address in its one spelling. Throws BerthError `bad_request`. */
export function parseEmail(text: string): string {
  const email = canonicalEmail(text);
  if (email === undefined) throw new BerthError('bad_request', 'email: not an e-mail address');
  return email;
}
