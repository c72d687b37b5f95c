import { Resolver } from 'node:dns/promises';
import { publicBut } from './public-address.ts';

/** What of the web may be asked, and how its names are found. Tests bring one of their own; no setting leads to another. */
export interface Web {
  isPublic(address: string): boolean;
  isPort(port: number): boolean;
  /** All addresses of a name. Rejects when there are none, and when `signal` says that it is too late. */
  resolve(name: string, signal: AbortSignal): Promise<string[]>;
  /** Milliseconds for a page with its picture, redirects included. */
  timeoutMs: number;
}

/** The public web; `refused`: networks that are not part of it for this operator, as CIDRs. */
export const publicWeb = (refused: readonly string[]): Web => ({
  isPublic: publicBut(refused),
  isPort: (port) => port === 80 || port === 443,
  resolve,
  timeoutMs: 8_000,
});

/** Asks DNS itself, in place of the system, whose threads a slow name would keep, and which adds the network's own domains. */
async function resolve(name: string, signal: AbortSignal): Promise<string[]> {
  signal.throwIfAborted();
  const resolver = new Resolver({ timeout: 1_500, tries: 2 });
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (addresses.length === 0) throw new Error('no address');
    return addresses;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
