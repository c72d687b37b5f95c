/**
 * What the old clients do to passwords before they send them: each UTF-16 unit XOR (length mod 255), `length` in units. It
 * is its own inverse.
 */
export function xorPassword(password: string): string {
  const key = password.length % 255;
  let result = '';
  for (let index = 0; index < password.length; index++) {
    result += String.fromCharCode(password.charCodeAt(index) ^ key);
  }
  return result;
}
