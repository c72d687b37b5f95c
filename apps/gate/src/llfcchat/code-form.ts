import { BerthError } from '@berth/wire';

/** What cannot be a code is a wrong one in this dialect, which tells mistakes of the form from those of the body. */
export function checkCodeForm(code: string): void {
  if (!/^\d{6}$/.test(code)) throw new BerthError('code_wrong');
}
