import { Tokenizer, type Tokens } from 'marked';
import { linkify } from '../linkify.ts';

/** Thrown when a text takes more steps than it may. */
export class TooManyStepsError extends Error {}

/** Longest address that is looked at. */
const maxAddressLength = 2_048;

/**
 * The marks that people type by hand, and no others: no headings, rules, tables, HTML, indented code, definitions or images. Whatever
 * may look at all that follows is counted as so many steps as there are characters, and ends the parsing when they are too many:
 * marks that open and never close would make it take the square of its length.
 */
export class BoundedTokenizer extends Tokenizer {
  readonly #maxSteps: number;
  /** Characters looked at, at most. */
  steps = 0;

  constructor(maxSteps: number) {
    super();
    this.#maxSteps = maxSteps;
  }

  override code(): undefined {
    return undefined;
  }

  override heading(): undefined {
    return undefined;
  }

  override hr(): undefined {
    return undefined;
  }

  override html(): undefined {
    return undefined;
  }

  override def(): undefined {
    return undefined;
  }

  override table(): undefined {
    return undefined;
  }

  override lheading(): undefined {
    return undefined;
  }

  override tag(): undefined {
    return undefined;
  }

  override reflink(): undefined {
    return undefined;
  }

  override autolink(): undefined {
    return undefined;
  }

  override fences(src: string): Tokens.Code | undefined {
    if (/^ {0,3}[`~]/.test(src)) this.#spend(src.length);
    return super.fences(src);
  }

  /** It parses what it holds once more for every continuation, so it counts when it is done, with what it holds. */
  override blockquote(src: string): Tokens.Blockquote | undefined {
    const quote = super.blockquote(src);
    if (quote) this.#spend(quote.raw.length);
    return quote;
  }

  override list(src: string): Tokens.List | undefined {
    const list = super.list(src);
    if (list) this.#spend(list.raw.length);
    return list;
  }

  override link(src: string): Tokens.Link | Tokens.Image | undefined {
    // A picture is taken as a whole, to be shown as it was typed.
    if (!/^!?\[/.test(src)) return undefined;
    this.#spend(src.length);
    return super.link(src);
  }

  override emStrong(...[src, maskedSrc, prevChar]: Parameters<Tokenizer['emStrong']>) {
    if (src[0] !== '*' && src[0] !== '_') return undefined;
    this.#spend(src.length);
    return super.emStrong(src, maskedSrc, prevChar);
  }

  override codespan(src: string): Tokens.Codespan | undefined {
    if (src[0] !== '`') return undefined;
    this.#spend(src.length);
    return super.codespan(src);
  }

  /** Two of them: one is for "about". */
  override del(...[src, maskedSrc, prevChar]: Parameters<Tokenizer['del']>) {
    if (!/^~~[^~]/.test(src)) return undefined;
    this.#spend(src.length);
    return super.del(src, maskedSrc, prevChar);
  }

  /** What is a link in any text is one here, whatever marks stand in it. */
  override url(src: string): Tokens.Link | undefined {
    if (!/^(?:https?:\/\/|www\.)/i.test(src)) return undefined;
    this.#spend(Math.min(src.length, maxAddressLength));
    const [first] = linkify(src.slice(0, maxAddressLength));
    if (first?.href === undefined) return undefined;
    const { text, href } = first;
    return {
      type: 'link',
      raw: text,
      text,
      href,
      tokens: [{ type: 'text', raw: text, text }],
    } as Tokens.Link;
  }

  #spend(steps: number): void {
    this.steps += steps;
    if (this.steps > this.#maxSteps) throw new TooManyStepsError();
  }
}
