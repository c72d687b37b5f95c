import { readFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface KubernetesApiOptions {
  /** Of the API server. */
  url: string;
  /** Folder with `token` and `ca.crt`; both are read again for each call, since they rotate. */
  credentials: string;
  /** Default 5 s. */
  timeoutMs?: number;
}

const maxAnswerBytes = 8 * 1024 * 1024;

/** The API server refused. */
export class KubernetesError extends Error {
  override readonly name = 'KubernetesError';
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** The few calls that the planner makes of the API server, as its pod's ServiceAccount. */
export class KubernetesApi {
  readonly #options: Required<KubernetesApiOptions>;

  constructor(options: KubernetesApiOptions) {
    this.#options = { timeoutMs: 5_000, ...options };
  }

  /** A PATCH is a merge patch. Rejects with KubernetesError when it is refused. */
  call<Answer>(method: 'GET' | 'PATCH' | 'POST' | 'PUT', path: string, body?: object): Promise<Answer> {
    const { url, credentials, timeoutMs } = this.#options;
    const target = new URL(path, url);
    const secure = target.protocol === 'https:';
    const text = body && JSON.stringify(body);
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    return new Promise((resolve, reject) => {
      const request = (secure ? requestHttps : requestHttp)(
        target,
        {
          method,
          signal: AbortSignal.timeout(timeoutMs),
          ...(secure && { ca: readFileSync(`${credentials}/ca.crt`) }),
          headers: {
            accept: 'application/json',
            authorization: `Bearer ${readFileSync(`${credentials}/token`, 'utf8').trim()}`,
            ...(text && {
              'content-type': type,
              'content-length': Buffer.byteLength(text),
            }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          let bytes = 0;
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length;
            if (bytes > maxAnswerBytes)
              request.destroy(new Error(`${method} ${path}: the answer is too large`));
            chunks.push(chunk);
          });
          response.on('error', reject);
          response.on('end', () => {
            const answer = Buffer.concat(chunks).toString('utf8');
            if (response.statusCode! >= 200 && response.statusCode! < 300) return resolve(JSON.parse(answer));
            reject(
              new KubernetesError(
                `${method} ${path}: ${response.statusCode} ${reasonOf(answer)}`,
                response.statusCode!,
              ),
            );
          });
        },
      );
      request.on('error', reject);
      request.end(text);
    });
  }
}

function reasonOf(answer: string): string {
  try {
    return String((JSON.parse(answer) as { message?: string }).message ?? '').slice(0, 200);
  } catch {
    return '';
  }
}
