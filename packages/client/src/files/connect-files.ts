import { BerthError } from '@berth/wire';
import type { FileAnswer, FileLink, LinkRequest } from '@berth/wire/files';
import type { BerthClient } from '../types.ts';
import { FileUpload, type SavedUpload, type UploadOptions } from './file-upload.ts';
import { errorOf } from './files-error.ts';
import type { UploadSource } from './upload-source.ts';

export interface FilesOptions {
  client: Pick<BerthClient, 'platform' | 'token'>;
  /** As the client's: what gate answers may be a path below it. */
  gateUrl: string;
  fetch?: typeof globalThis.fetch;
  /** Milliseconds until a request is given up. Default 30 000. */
  timeoutMs?: number;
}

/** Where files go and come from, in the name of the client's user. */
export interface FilesClient {
  /** What one file may have at most; undefined where the platform takes no files. */
  maxFileBytes(): Promise<number | undefined>;
  /** Begins at once, or goes on with what was kept of an upload by `saved()`. Throws `not_found` where the platform takes none. */
  upload(source: UploadSource, options: UploadOptions & { saved?: SavedUpload }): FileUpload;
  /** What is known of one's own file; waits up to `waitMs` for it to become ready. */
  describe(file: string, waitMs?: number): Promise<FileAnswer>;
  /** Gives an upload up, or deletes a file that nothing uses. */
  remove(file: string): Promise<void>;
  /** Addresses, absolute; each good until `expiresAt`. In the order of the request, up to 100. */
  links(files: readonly LinkRequest[]): Promise<FileLink[]>;
}

/** Nothing happens before its first call. Calls reject with BerthError. */
export function connectFiles(options: FilesOptions): FilesClient {
  return new HttpFilesClient(options);
}

class HttpFilesClient implements FilesClient {
  readonly #options: FilesOptions;
  #place: Promise<{ url: string; maxFileBytes: number } | undefined> | undefined;

  constructor(options: FilesOptions) {
    this.#options = options;
  }

  async maxFileBytes(): Promise<number | undefined> {
    return (await this.#found())?.maxFileBytes;
  }

  upload(source: UploadSource, options: UploadOptions & { saved?: SavedUpload }): FileUpload {
    return new FileUpload(source, options, {
      url: () => this.#url(),
      token: () => this.#token(),
      describe: (file, waitMs) => this.describe(file, waitMs),
      remove: (file) => this.remove(file),
    });
  }

  async describe(file: string, waitMs = 0): Promise<FileAnswer> {
    return (await this.#ask('GET', `/v1/files/${file}?waitMs=${waitMs}`)).json() as Promise<FileAnswer>;
  }

  async remove(file: string): Promise<void> {
    await this.#ask('DELETE', `/v1/uploads/${file}`);
  }

  async links(files: readonly LinkRequest[]): Promise<FileLink[]> {
    const response = await this.#ask('POST', '/v1/links', { files });
    const { links } = (await response.json()) as { links: FileLink[] };
    const base = await this.#url();
    return links.map(({ urls, ...link }) => {
      if (urls === undefined) return link;
      const absolute = Object.entries(urls).map(([name, url]) => [name, new URL(url, base).href]);
      return { ...link, urls: Object.fromEntries(absolute) as typeof urls };
    });
  }

  #found(): Promise<{ url: string; maxFileBytes: number } | undefined> {
    this.#place ??= this.#options.client.platform().then(({ files }) => files);
    this.#place.catch(() => {
      this.#place = undefined;
    });
    return this.#place;
  }

  async #url(): Promise<string> {
    const place = await this.#found();
    if (place === undefined) throw new BerthError('not_found', 'This platform takes no files.');
    return new URL(place.url, this.#options.gateUrl).href.replace(/\/+$/, '');
  }

  #token(): string {
    const { token } = this.#options.client;
    if (token === undefined) throw new BerthError('unauthenticated', 'Log in first.');
    return token;
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Response> {
    const { fetch = globalThis.fetch.bind(globalThis), timeoutMs = 30_000 } = this.#options;
    let response: Response;
    try {
      response = await fetch((await this.#url()) + path, {
        method,
        headers: {
          authorization: `Bearer ${this.#token()}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (cause) {
      if (cause instanceof BerthError) throw cause;
      throw new BerthError('unavailable', 'The server cannot be reached.', { cause });
    }
    if (!response.ok) throw errorOf(response.status, await response.text());
    return response;
  }
}
