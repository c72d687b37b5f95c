import dns from 'node:dns';
import { promisify } from 'node:util';

type Callback = (error: Error | null, ...answer: unknown[]) => void;
type Lookup = (hostname: string, options: object, callback: Callback) => void;

/**
 * Whoever asks for a name that is being looked up already gets that answer. The system's resolver runs in half of the
 * threads of libuv's pool and may take many seconds for a name that nobody answers for: asked once for each connection
 * that is tried, one dead name would hold all others back. Nothing is kept beyond the answer. `options` are those of
 * `dns.lookup`.
 */
export function sharedLookup(lookup: Lookup): Lookup {
  const waiting = new Map<string, Callback[]>();
  return (hostname, options, callback) => {
    const key = JSON.stringify([hostname, options]);
    const others = waiting.get(key);
    if (others) {
      others.push(callback);
      return;
    }
    const callbacks = [callback];
    waiting.set(key, callbacks);
    const answer: Callback = (...result) => {
      waiting.delete(key);
      for (const each of callbacks) each(...result);
    };
    try {
      lookup(hostname, options, answer);
    } catch (error) {
      waiting.delete(key);
      throw error;
    }
  };
}

/** Makes every look-up of this process a shared one, those of the libraries, too: they all ask `node:dns`. */
export function shareLookups(): void {
  const shared = sharedLookup(dns.lookup as unknown as Lookup);
  const callbackLookup = (hostname: string, options: unknown, callback?: Callback) => {
    if (typeof options === 'function') return shared(hostname, {}, options as Callback);
    return shared(hostname, typeof options === 'number' ? { family: options } : (options ?? {}), callback!);
  };
  const promised = (hostname: string, options: unknown = {}) =>
    new Promise((resolve, reject) => {
      const isAll =
        typeof options === 'object' && options !== null && 'all' in options && options.all === true;
      callbackLookup(hostname, options, (error, address, family) => {
        if (error) reject(error);
        else resolve(isAll ? address : { address, family });
      });
    });
  Object.assign(dns, { lookup: Object.assign(callbackLookup, { [promisify.custom]: promised }) });
  Object.assign(dns.promises, { lookup: promised });
}
