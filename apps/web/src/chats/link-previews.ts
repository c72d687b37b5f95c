import { BerthError } from '@berth/client';
import type { LinkPreview } from '@berth/wire/files';
import type { FilesService } from '../files/offer.ts';

/** Asked for at a time: the rest of what one scrolls past waits. */
const maxAsking = 3;
/** Remembered; the oldest is asked for again. */
const maxKnown = 300;

type Service = Pick<FilesService, 'preview'>;

/** What is behind links, each asked for once for all messages that have it. */
class LinkPreviews {
  readonly #service: Service;
  readonly #known = new Map<string, LinkPreview | null>();
  readonly #asked = new Map<string, Promise<LinkPreview | null>>();
  readonly #waiting: (() => void)[] = [];
  #asking = 0;

  constructor(service: Service) {
    this.#service = service;
  }

  /** Null: there is nothing to be shown; undefined: it is not known. */
  known(url: string): LinkPreview | null | undefined {
    return this.#known.get(url);
  }

  /** Null, too, when it cannot be told now; the next one who wants it asks again. */
  find(url: string): Promise<LinkPreview | null> {
    const known = this.#known.get(url);
    if (known !== undefined) return Promise.resolve(known);
    let asked = this.#asked.get(url);
    if (asked === undefined) {
      asked = this.#ask(url).finally(() => this.#asked.delete(url));
      this.#asked.set(url, asked);
    }
    return asked;
  }

  async #ask(url: string): Promise<LinkPreview | null> {
    if (this.#asking >= maxAsking) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#asking++;
    try {
      return this.#keep(url, await this.#service.preview(url));
    } catch (error) {
      const isFinal =
        error instanceof BerthError && ['no_preview', 'bad_request', 'not_found'].includes(error.code);
      return isFinal ? this.#keep(url, null) : null;
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#asking--;
    }
  }

  #keep(url: string, preview: LinkPreview | null): LinkPreview | null {
    this.#known.set(url, preview);
    if (this.#known.size > maxKnown) this.#known.delete(this.#known.keys().next().value!);
    return preview;
  }
}

const all = new WeakMap<Service, LinkPreviews>();

export function previewsOf(service: Service): LinkPreviews {
  let previews = all.get(service);
  if (!previews) {
    previews = new LinkPreviews(service);
    all.set(service, previews);
  }
  return previews;
}
