import { type BerthClient, BerthError, type ErrorCode } from '@berth/client';
import type { FileAnswer, FileLink, LinkPreview, LinkRequest } from '@berth/wire/files';
import { homeUrl } from '../state/home.ts';
import { Cell } from '../state/observable.ts';

/** Where the platform takes files, and how large ones. */
export interface Offer {
  /** Absolute, without a slash at its end. */
  url: string;
  maxFileBytes: number;
  /** It tells what is behind links. */
  previews: boolean;
}

const timeoutMs = 15_000;
/** Longer than the server waits for a file to become ready. */
const readyTimeoutMs = 30_000;

/** What the files service is asked beside uploads. Calls reject with BerthError. */
export class FilesService {
  /** Undefined while it is not known, and where there is none. */
  readonly offer = new Cell<Offer | undefined>(undefined);
  readonly #client: Pick<BerthClient, 'platform' | 'token'>;
  #known = false;

  constructor(client: Pick<BerthClient, 'platform' | 'token'>) {
    this.#client = client;
  }

  get token(): string | undefined {
    return this.#client.token;
  }

  /** Asks what the platform offers, unless it has told; again after the next connect when it could not be asked. */
  async learn(): Promise<void> {
    if (this.#known) return;
    try {
      const { files } = await this.#client.platform();
      this.#known = true;
      this.offer.value = files && {
        url: new URL(files.url, homeUrl()).href.replace(/\/+$/, ''),
        maxFileBytes: files.maxFileBytes,
        previews: files.previews ?? false,
      };
    } catch {
      // Nothing is offered until it answers.
    }
  }

  async links(files: readonly LinkRequest[]): Promise<FileLink[]> {
    const answer = await this.#call<{ links: FileLink[] }>('POST', '/v1/links', { body: { files } });
    return answer.links.map((link) => ({ ...link, ...(link.urls && { urls: this.#absolute(link.urls) }) }));
  }

  /** What the page behind a link says of itself. Rejects with `no_preview`, too. */
  async preview(url: string): Promise<LinkPreview> {
    return (await this.#call<{ preview: LinkPreview }>('POST', '/v1/previews', { body: { url } })).preview;
  }

  /** Waits some time for it to be ready. */
  file(id: string, waitMs: number, signal?: AbortSignal): Promise<FileAnswer> {
    return this.#call('GET', `/v1/files/${id}?waitMs=${waitMs}`, { limitMs: readyTimeoutMs, signal });
  }

  /** Gives up an upload, or a file that nothing uses. Whatever is not told goes after a day by itself. */
  async giveUp(uploadUrl: string): Promise<void> {
    await fetch(uploadUrl, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${this.token}`, 'tus-resumable': '1.0.0' },
      keepalive: true,
      signal: AbortSignal.timeout(timeoutMs),
    }).catch(() => {});
  }

  #absolute(urls: NonNullable<FileLink['urls']>): NonNullable<FileLink['urls']> {
    const base = `${this.offer.value?.url ?? homeUrl()}/`;
    const entries = Object.entries(urls).map(([name, url]) => [name, new URL(url, base).href]);
    return Object.fromEntries(entries) as NonNullable<FileLink['urls']>;
  }

  async #call<T>(
    method: string,
    path: string,
    {
      body,
      limitMs = timeoutMs,
      signal,
    }: { body?: unknown; limitMs?: number; signal?: AbortSignal | undefined },
  ): Promise<T> {
    const { value: offer } = this.offer;
    if (!offer) throw new BerthError('unavailable', 'There is no place for files.');
    const limit = AbortSignal.timeout(limitMs);
    let response: Response;
    try {
      response = await fetch(offer.url + path, {
        method,
        headers: {
          authorization: `Bearer ${this.token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
    } catch (cause) {
      throw new BerthError('unavailable', 'The place for files cannot be reached.', { cause });
    }
    const said = await response.text().catch(() => '');
    if (!response.ok) throw refusalOf(response.status, said);
    try {
      return JSON.parse(said) as T;
    } catch (cause) {
      throw new BerthError('unavailable', 'The place for files cannot be reached.', { cause });
    }
  }
}

const codes: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  410: 'not_found',
  413: 'too_large',
  422: 'limit_reached',
  429: 'rate_limited',
};

/** A refusal of the service, or of a proxy in front of it. */
export function refusalOf(status: number, body: string): BerthError {
  try {
    const { code, message, retryAfterMs } = JSON.parse(body).error;
    if (typeof code === 'string')
      return new BerthError(code as ErrorCode, message, retryAfterMs === undefined ? {} : { retryAfterMs });
  } catch {
    // Not of the service's own.
  }
  return new BerthError(codes[status] ?? (status >= 500 || status === 0 ? 'unavailable' : 'bad_request'));
}
