import { createHmac, timingSafeEqual } from 'node:crypto';
import type { LinkedVariant } from '../storage/file-storage.ts';

export interface ContentAddress {
  owner: number;
  file: string;
  variant: LinkedVariant;
  /** To be saved, and not shown. */
  download: boolean;
}

/** Links made within this are the same, so that caches know them. */
const stepMs = 60_000;

/** Addresses of content that speak for themselves, for some minutes. */
export class LinkSigner {
  readonly #secret: string;
  readonly #publicUrl: string;
  readonly #linkMs: number;

  constructor(options: { secret: string; publicUrl: string; linkMs: number }) {
    this.#secret = options.secret;
    this.#publicUrl = options.publicUrl;
    this.#linkMs = options.linkMs;
  }

  /** Milliseconds since 1970 when a link that is made now is worthless. */
  expiryAt(now: number): number {
    const step = Math.min(stepMs, this.#linkMs);
    return Math.floor(now / step) * step + step + Math.round(this.#linkMs);
  }

  urlOf(address: ContentAddress, expiresAt: number): string {
    const { owner, file, variant, download } = address;
    const query = new URLSearchParams({
      o: String(owner),
      e: String(expiresAt),
      ...(download && { d: '1' }),
      s: this.#sign(address, expiresAt),
    });
    return `${this.#publicUrl}/v1/content/${file}/${variant}?${query}`;
  }

  /** Whether it was made here and is good. */
  isGood(address: ContentAddress, expiresAt: number, signature: string, now: number): boolean {
    const [given, right] = [Buffer.from(signature), Buffer.from(this.#sign(address, expiresAt))];
    return given.length === right.length && timingSafeEqual(given, right) && expiresAt > now;
  }

  #sign({ owner, file, variant, download }: ContentAddress, expiresAt: number): string {
    const said = JSON.stringify(['content', owner, file, variant, download, expiresAt]);
    return createHmac('sha256', this.#secret).update(said).digest('base64url').slice(0, 32);
  }
}
