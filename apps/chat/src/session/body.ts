import { BerthError, decodeBody, limits } from '@berth/wire';

const quote = 0x22;
const backslash = 0x5c;

/**
 * Parses a body that a client sent. Throws BerthError `bad_request`: not UTF-8, not JSON, or nested deeper than
 * `limits.maxJsonDepth`, which is seen before anything is built.
 */
export function parseBody(body: Uint8Array): unknown {
  if (body.length > limits.maxJsonDepth && isNested(body) && isTooDeep(body))
    throw new BerthError('bad_request', `A body may be nested ${limits.maxJsonDepth} deep at most.`);
  try {
    return decodeBody(body);
  } catch (cause) {
    throw new BerthError('bad_request', 'A body must be a JSON object in UTF-8.', { cause });
  }
}

/** Whether there is anything to be counted: most bodies have one bracket, at their beginning. */
const isNested = (body: Uint8Array): boolean => body.indexOf(0x5b) >= 0 || body.indexOf(0x7b, 1) >= 0;

/** Counts brackets outside strings; bytes of longer UTF-8 sequences are never taken for one. */
function isTooDeep(body: Uint8Array): boolean {
  let depth = 0;
  let isInString = false;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i]!;
    if (byte === quote) isInString = !isInString;
    else if (isInString) {
      if (byte === backslash) i++;
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > limits.maxJsonDepth) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return false;
}
