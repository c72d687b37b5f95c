import { createInterface, type Interface } from 'node:readline';
import { type Readable, Writable } from 'node:stream';

type Output = Writable & { isTTY?: boolean };

/** Lines in and out: of a person at a terminal, whose half-written line outlives what is printed, or of a pipe. */
export class Terminal {
  readonly isInteractive: boolean;
  /** The lines that one may be the beginning of. */
  complete: (line: string) => string[] = () => [];
  readonly #readline: Interface;
  readonly #output: Output;
  readonly #lines: string[] = [];
  readonly #readers: ((line: string | undefined) => void)[] = [];
  #muted = false;
  #ended = false;

  constructor(input: Readable & { isTTY?: boolean }, output: Output) {
    this.isInteractive = Boolean(input.isTTY && output.isTTY);
    this.#output = output;
    const terminal = this;
    const echo = new Writable({
      write(chunk, _, done) {
        if (!terminal.#muted) output.write(chunk);
        done();
      },
    });
    this.#readline = createInterface({
      input,
      output: this.isInteractive ? echo : undefined,
      terminal: this.isInteractive,
      prompt: '> ',
      // Nothing of a password is looked up.
      completer: (line: string) => [this.#muted ? [] : this.complete(line), line],
    });
    this.#readline.on('line', (line) => {
      const reader = this.#readers.shift();
      if (reader) reader(line);
      else this.#lines.push(line);
    });
    this.#readline.on('close', () => this.#end());
    this.#readline.on('SIGINT', () => this.#end());
  }

  /** Asks for a line; undefined when there are no more. What is typed for a `hidden` one is not shown. */
  async ask(question: string, { hidden = false } = {}): Promise<string | undefined> {
    if (this.isInteractive) this.#output.write(question);
    this.#muted = hidden && this.isInteractive;
    const line = await this.#next();
    if (this.#muted) this.#output.write('\n');
    this.#muted = false;
    return line?.trim();
  }

  /** Lines, each after a prompt, until there are no more. */
  async *lines(): AsyncGenerator<string, void> {
    for (;;) {
      if (this.isInteractive && !this.#ended) this.#readline.prompt(true);
      const line = await this.#next();
      if (line === undefined) return;
      // What was typed gives way to what comes of it.
      if (this.isInteractive) this.#output.write('\u001b[1A\u001b[2K');
      yield line;
    }
  }

  /** Prints a line above the one that is being written. */
  print(line: string): void {
    if (!this.isInteractive) {
      this.#output.write(`${line}\n`);
      return;
    }
    this.#output.write(`\r\u001b[2K${line}\n`);
    if (!this.#ended && this.#readers.length > 0 && !this.#muted) this.#readline.prompt(true);
  }

  /** Shows what changes in place of the line that is being written, until something else is printed; empty: nothing. */
  progress(line: string): void {
    if (this.isInteractive) this.#output.write(`\r\u001b[2K${line}`);
  }

  close(): void {
    this.#end();
    this.#readline.close();
  }

  #next(): Promise<string | undefined> {
    const line = this.#lines.shift();
    if (line !== undefined || this.#ended) return Promise.resolve(line);
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  #end(): void {
    this.#ended = true;
    for (const reader of this.#readers.splice(0)) reader(undefined);
  }
}

/** Makes the text of others harmless and one line: no control characters, no change of direction. */
export const plain = (text: string): string =>
  text
    .replaceAll(/\r?\n/g, ' ⏎ ')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is to go
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '·');
