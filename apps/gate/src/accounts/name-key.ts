import { FieldsError } from '../fields-error.ts';

const maxKeyBytes = 128;

/** By what names are unique: compatibility forms and case make no difference. Throws BerthError `bad_request`. */
export function nameKey(name: string): string {
  const key = name.normalize('NFKC').toLowerCase();
  // A single letter may stand for a whole phrase in its compatibility form.
  if (!/^[\p{L}\p{M}\p{N}_.-]+$/u.test(key) || Buffer.byteLength(key) > maxKeyBytes) {
    throw new FieldsError({ name: '2 to 32 letters, digits, _ . or -' });
  }
  return key;
}
