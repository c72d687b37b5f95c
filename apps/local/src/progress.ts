import type { WriteStream } from 'node:tty';

/** Where text goes: a terminal or a pipe. */
export type Output = Pick<WriteStream, 'write'> & { isTTY?: boolean; columns?: number };

/**
 * Tells what is being waited for: on a terminal in one line that changes, elsewhere with a line for each thing that is
 * ready.
 */
export class Progress {
  readonly #output: Output;
  readonly #begun = performance.now();
  readonly #waiting = new Map<string, number>();
  readonly #ticker: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(output: Output) {
    this.#output = output;
    if (output.isTTY) this.#ticker = setInterval(() => this.#draw(), 100);
  }

  /** Seconds since the beginning, as text. */
  get elapsed(): string {
    return seconds(this.#begun);
  }

  /** A line that stays. */
  say(line: string): void {
    this.#clear();
    this.#output.write(`berth: ${line}\n`);
  }

  async track<T>(name: string, work: Promise<T>): Promise<T> {
    const begun = performance.now();
    this.#waiting.set(name, begun);
    try {
      const result = await work;
      if (!this.#output.isTTY && !this.#closed) this.say(`${name} is ready (${seconds(begun)})`);
      return result;
    } finally {
      this.#waiting.delete(name);
    }
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#ticker);
    this.#clear();
  }

  #draw(): void {
    const line = `berth: ${this.elapsed}, waiting for ${[...this.#waiting.keys()].join(', ')}`;
    this.#output.write(`\r\u001b[K${line.slice(0, (this.#output.columns || 80) - 1)}`);
  }

  #clear(): void {
    if (this.#output.isTTY) this.#output.write('\r\u001b[K');
  }
}

const seconds = (begun: number): string => `${((performance.now() - begun) / 1_000).toFixed(1)} s`;
