import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/**
 * Kinds of records that no pod has. CoreDNS tells by any of them whether there is a name, and keeps its "no" for half a
 * minute for that kind alone.
 */
const kinds = ['SRV', 'MX', 'CAA', 'NAPTR', 'CNAME', 'NS'] as const;

type Kind = (typeof kinds)[number];

export interface NameQuestions {
  /** Rejects with ENOTFOUND where there is no such name, with ENODATA where it has no such record. */
  resolve(host: string, kind: Kind): Promise<unknown>;
  lookUp(host: string): Promise<unknown>;
}

/** The name does not resolve yet, and has not been looked up. */
export class TooEarlyError extends Error {}

/**
 * The name by which a headless Service lists this pod. DNS learns of it at about the time at which the process is up; a
 * look-up that comes too early costs half a minute, as the answer is kept. So other kinds of records are asked for first,
 * each only once.
 */
export class OwnName {
  readonly #host: string;
  readonly #questions: NameQuestions;
  #left: Kind[];

  constructor(host: string, questions: NameQuestions = systemQuestions()) {
    this.#host = host;
    this.#questions = questions;
    this.#left = isOfPod(host) ? [...kinds] : [];
  }

  /** Whether it is a name at all, and no address. */
  get isName(): boolean {
    return isIP(this.#host) === 0;
  }

  /** Resolves when the name does. Throws a TooEarlyError when it is worth while to ask again soon. */
  async look(): Promise<void> {
    const kind = this.#left.shift();
    if (kind !== undefined && !(await this.#isThere(kind)))
      throw new TooEarlyError(`${this.#host} is not there yet`);
    this.#left = [];
    await this.#questions.lookUp(this.#host);
  }

  async #isThere(kind: Kind): Promise<boolean> {
    try {
      await this.#questions.resolve(this.#host, kind);
      return true;
    } catch (error) {
      // Whoever asks DNS otherwise than the system does may be told nothing: then the look-up itself will tell.
      return (error as NodeJS.ErrnoException).code !== 'ENOTFOUND';
    }
  }
}

/** Whether its first label is an address, as CoreDNS spells it. */
function isOfPod(host: string): boolean {
  const [label = '', ...others] = host.split('.');
  return (
    others.length > 0 && (isIP(label.replaceAll('-', '.')) === 4 || isIP(label.replaceAll('-', ':')) === 6)
  );
}

function systemQuestions(): NameQuestions {
  const resolver = new Resolver({ timeout: 1_000, tries: 2 });
  return { resolve: (host, kind) => resolver.resolve(host, kind), lookUp: (host) => lookup(host) };
}
