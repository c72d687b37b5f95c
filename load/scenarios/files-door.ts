import type { Attachment } from '@berth/wire';
import type { FileAnswer, FileLink, LinkRequest } from '@berth/wire/files';
import encoding from 'k6/encoding';
import http from 'k6/http';

/** Where files go, absolute; undefined where the target takes none. */
export const filesUrl = __ENV.BERTH_FILES || undefined;

const requestTimeout = '30s';
const readyWaitMs = 20_000;

/** What an answer that is no success says of itself. */
interface Refused {
  status: number;
  error_code: number;
  error: string;
}

const refusal = (what: string, { status, error_code, error }: Refused) =>
  Object.assign(new Error(`${what}: ${status} ${error}`), {
    code: error_code ? `k6-${error_code}` : `http-${status}`,
  });

/** The files service as a client asks it, by tus and by the paths of docs/files.md. Everything rejects with a code. */
export class FilesDoor {
  readonly #token: string;

  constructor(token: string) {
    this.#token = token;
  }

  /** Sends it in two parts and asks in between how far it is, as after a lost connection; resolves once it can be attached. */
  async upload(name: string, content: ArrayBuffer): Promise<string> {
    const begun = await this.#tus('POST', '/v1/uploads', null, {
      'upload-length': String(content.byteLength),
      'upload-metadata': `name ${encoding.b64encode(name)}`,
    });
    const file = (begun.headers.Location ?? '').split('/').at(-1)!;
    const path = `/v1/uploads/${file}`;
    await this.#send(path, content.slice(0, content.byteLength >> 1), 0);
    const head = await this.#tus('HEAD', path, null, {});
    const offset = Number(head.headers['Upload-Offset']);
    await this.#send(path, content.slice(offset), offset);
    const answer = await http.asyncRequest(
      'GET',
      `${filesUrl}/v1/files/${file}?waitMs=${readyWaitMs}`,
      null,
      {
        headers: this.#bearer,
        timeout: requestTimeout,
        tags: { name: 'files: state' },
      },
    );
    if (answer.status !== 200) throw refusal('the state of a file', answer);
    const { state } = answer.json() as unknown as FileAnswer;
    if (state !== 'ready')
      throw Object.assign(new Error(`a file is ${state} after ${readyWaitMs} ms`), { code: 'not-ready' });
    return file;
  }

  /** What an attachment of a message has in it, by its link. */
  async download({ file }: Attachment, conversation: number, seq: number): Promise<ArrayBuffer> {
    const wanted: LinkRequest = { file, conversation, seq };
    const answer = await http.asyncRequest(
      'POST',
      `${filesUrl}/v1/links`,
      JSON.stringify({ files: [wanted] }),
      {
        headers: { ...this.#bearer, 'content-type': 'application/json' },
        timeout: requestTimeout,
        tags: { name: 'files: links' },
      },
    );
    if (answer.status !== 200) throw refusal('a link', answer);
    const [link] = (answer.json() as unknown as { links: FileLink[] }).links;
    const url = link?.urls?.original;
    if (url === undefined) throw Object.assign(new Error('no link to an attachment'), { code: 'no-link' });
    const content = await http.asyncRequest('GET', absolute(url), null, {
      responseType: 'binary',
      timeout: requestTimeout,
      tags: { name: 'files: content' },
    });
    if (content.status !== 200) throw refusal('the content of a file', content);
    return content.body;
  }

  get #bearer() {
    return { authorization: `Bearer ${this.#token}` };
  }

  async #send(path: string, part: ArrayBuffer, offset: number): Promise<void> {
    await this.#tus('PATCH', path, part, {
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
    });
  }

  async #tus(method: string, path: string, body: ArrayBuffer | null, headers: Record<string, string>) {
    const answer = await http.asyncRequest(method, `${filesUrl}${path}`, body, {
      headers: { ...this.#bearer, 'tus-resumable': '1.0.0', ...headers },
      timeout: requestTimeout,
      tags: { name: `files: ${method}` },
    });
    if (answer.status < 200 || answer.status > 299) throw refusal(`${method} of an upload`, answer);
    return answer;
  }
}

/** A link may be a path of the service's own host. */
const absolute = (url: string): string =>
  url.startsWith('/') ? `${/^https?:\/\/[^/]+/.exec(filesUrl!)![0]}${url}` : url;
