const prefix = Buffer.from('{"req":');
const zero = 0x30;
const maxDigits = 10;
const maxReq = 0xffff_ffff;

/**
 * The `req` of a heartbeat as clients really send it, without anything being parsed: an idle node does little else, each time with
 * code that is cold by then. It takes none that the schema would not; undefined of all others.
 */
export function quickBeat(body: Uint8Array): number | undefined {
  const digits = body.length - prefix.length - 1;
  if (digits < 1 || digits > maxDigits || body[body.length - 1] !== 0x7d) return undefined;
  for (let at = 0; at < prefix.length; at++) if (body[at] !== prefix[at]) return undefined;
  if (digits > 1 && body[prefix.length] === zero) return undefined;
  let req = 0;
  for (let at = prefix.length; at < body.length - 1; at++) {
    const digit = body[at]! - zero;
    if (digit < 0 || digit > 9) return undefined;
    req = req * 10 + digit;
  }
  return req <= maxReq ? req : undefined;
}
