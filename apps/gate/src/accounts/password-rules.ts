import { readFileSync } from 'node:fs';
import { FieldsError } from '../fields-error.ts';

const minCharacters = 8;
const maxCharacters = 128;

/** What passwords are refused: by length in characters (code points), and the ones that guessers try first. */
export class PasswordRules {
  readonly #weak = new Set(
    readFileSync(new URL('./weak-passwords.txt', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('# ')),
  );

  /** `personal`: name and e-mail address, which are guessed as well. Throws BerthError `password_refused`. */
  check(password: string, personal: string[] = []): void {
    const characters = [...password].length;
    if (characters < minCharacters) throw refusal(`at least ${minCharacters} characters`);
    if (characters > maxCharacters) throw refusal(`at most ${maxCharacters} characters`);
    const folded = password.normalize('NFC').toLowerCase();
    if (this.#weak.has(folded)) throw refusal('too common; others would guess it');
    if (personal.some((word) => word.toLowerCase() === folded)) {
      throw refusal('not your name or e-mail address');
    }
  }
}

const refusal = (why: string): FieldsError => new FieldsError({ password: why }, 'password_refused');
