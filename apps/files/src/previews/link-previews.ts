import { BerthError } from '@berth/wire';
import type { LinkPreview } from '@berth/wire/files';
import { LRUCache } from 'lru-cache';
import type { PicturePool } from '../media/picture-pool.ts';
import { RefusedAddressError, readFrom } from './guarded-request.ts';
import { factsOf, type PageFacts } from './page-facts.ts';
import { pictureAt } from './page-picture.ts';
import type { Web } from './web.ts';

export interface LinkPreviewsOptions {
  web: Web;
  pool: Pick<PicturePool, 'shrink'>;
  /** Milliseconds that one waits for its turn. Default 5 000. */
  waitMs?: number;
  /** Default `Date.now`. */
  now?: () => number;
  /** Called for each page that was asked for. */
  onRead?: (outcome: 'shown' | 'nothing' | 'refused') => void;
}

/** How long what was read is good, and that there is nothing. */
const keptMs = 3_600_000;
const missedMs = 600_000;
/** Kept at most; the one asked for least lately goes. */
const maxKept = 5_000;
const maxKeptBytes = 16 * 1_048_576;
/** Pages that are read at a time, and that wait. */
const maxReading = 8;
const maxWaiting = 64;
/** Pages of one user that are read at a time or wait, and that are read in a minute. */
const maxOfUser = 4;
const perUserMinute = 60;
const minuteMs = 60_000;
/** Bytes of a page that are read: what is looked for stands at its beginning. */
const maxPageBytes = 1_048_576;

/** What pages of the web say of themselves: each read once for all who see the link, for an hour. */
export class LinkPreviews {
  readonly #options: LinkPreviewsOptions;
  readonly #now: () => number;
  readonly #closing = new AbortController();
  readonly #kept: LRUCache<string, { preview: LinkPreview | undefined }>;
  readonly #reading = new Map<string, Promise<LinkPreview | undefined>>();
  readonly #waiting: (() => void)[] = [];
  #busy = 0;
  #minute = 0;
  /** Of each user: pages in this minute, and those that are read now. */
  readonly #asked = new Map<number, number>();
  readonly #open = new Map<number, number>();

  constructor(options: LinkPreviewsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    const perf = { now: this.#now };
    this.#kept = new LRUCache({ max: maxKept, maxSize: maxKeptBytes, ttlResolution: 0, perf });
  }

  /** What it keeps, for metrics. */
  get kept(): { link_previews: number; link_previews_bytes: number; link_previews_read: number } {
    return {
      link_previews: this.#kept.size,
      link_previews_bytes: this.#kept.calculatedSize,
      link_previews_read: this.#reading.size,
    };
  }

  /**
   * Throws `no_preview` whatever the reason: why there is nothing would tell of networks that only the server sees. Throws `rate_limited`
   * and `unavailable`, too.
   */
  async of(user: number, address: string): Promise<LinkPreview> {
    const url = new URL(address);
    url.hash = '';
    const preview = await this.#find(user, url.href);
    if (preview === undefined) throw new BerthError('no_preview');
    return preview;
  }

  /** What is read is given up. */
  close(): void {
    this.#closing.abort();
  }

  #find(user: number, key: string): Promise<LinkPreview | undefined> | LinkPreview | undefined {
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept.preview;
    const reading = this.#reading.get(key);
    if (reading !== undefined) return reading;
    this.#charge(user);
    const next = this.#read(key).finally(() => {
      this.#reading.delete(key);
      const open = this.#open.get(user)! - 1;
      if (open === 0) this.#open.delete(user);
      else this.#open.set(user, open);
    });
    this.#reading.set(key, next);
    return next;
  }

  #charge(user: number): void {
    const now = this.#now();
    const minute = Math.floor(now / minuteMs);
    if (minute !== this.#minute) this.#asked.clear();
    this.#minute = minute;
    const asked = this.#asked.get(user) ?? 0;
    const open = this.#open.get(user) ?? 0;
    if (asked >= perUserMinute)
      throw new BerthError('rate_limited', undefined, { retryAfterMs: (minute + 1) * minuteMs - now });
    if (open >= maxOfUser) throw new BerthError('rate_limited', undefined, { retryAfterMs: 1_000 });
    this.#asked.set(user, asked + 1);
    this.#open.set(user, open + 1);
  }

  async #read(key: string): Promise<LinkPreview | undefined> {
    const closing = this.#closing.signal;
    await this.#turn(AbortSignal.any([closing, AbortSignal.timeout(this.#options.waitMs ?? 5_000)]));
    let preview: LinkPreview | undefined;
    let outcome: 'shown' | 'nothing' | 'refused' = 'nothing';
    try {
      const limit = AbortSignal.timeout(this.#options.web.timeoutMs);
      preview = await this.#look(key, AbortSignal.any([closing, limit]));
      if (preview !== undefined) outcome = 'shown';
    } catch (error) {
      if (error instanceof RefusedAddressError) outcome = 'refused';
    } finally {
      this.#leave();
    }
    this.#options.onRead?.(outcome);
    const ttl = preview === undefined ? missedMs : keptMs;
    if (!closing.aborted) this.#kept.set(key, { preview }, { ttl, size: bytesOf(key, preview) });
    return preview;
  }

  async #look(address: string, signal: AbortSignal): Promise<LinkPreview | undefined> {
    const page = await readFrom(this.#options.web, address, {
      ...{ accept: 'text/html, application/xhtml+xml', types: /^(?:text\/html|application\/xhtml\+xml)\b/i },
      ...{ maxBytes: maxPageBytes, beyond: 'cut', signal },
    });
    const facts = factsOf(page.bytes, page.charset);
    if (facts === undefined) return undefined;
    const { picture: _, ...words } = facts;
    const picture = await this.#pictureOf(facts, page.url, signal);
    return { url: page.url.href, ...words, ...(picture && { picture }) };
  }

  /** A preview goes without a picture that cannot be had in time. */
  async #pictureOf({ picture }: PageFacts, page: URL, signal: AbortSignal): Promise<LinkPreview['picture']> {
    const url = picture === undefined ? null : URL.parse(picture, page);
    if (url === null) return undefined;
    const found = pictureAt(this.#options, url.href, signal).catch(() => undefined);
    // A picture that is being made smaller does not hear of the signal.
    const late = new Promise<undefined>((resolve) => {
      if (signal.aborted) resolve(undefined);
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
    return Promise.race([found, late]);
  }

  async #turn(limit: AbortSignal): Promise<void> {
    if (this.#busy < maxReading) {
      this.#busy++;
      return;
    }
    const full = () => new BerthError('unavailable', undefined, { retryAfterMs: 2_000 });
    if (this.#waiting.length >= maxWaiting) throw full();
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        limit.removeEventListener('abort', late);
        resolve();
      };
      const late = () => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(full());
      };
      limit.addEventListener('abort', late, { once: true });
      this.#waiting.push(go);
    });
  }

  /** The place goes to who waits longest. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#busy--;
  }
}

/** As much as it takes of memory, roughly. */
function bytesOf(key: string, preview: LinkPreview | undefined): number {
  if (preview === undefined) return 200 + key.length;
  const { url, title, description = '', site = '', picture } = preview;
  const texts = [key, url, title, description, site];
  return 400 + 2 * texts.join('').length + (picture?.content.length ?? 0);
}
