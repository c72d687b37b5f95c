import type { Scaler } from './scaler.ts';

export interface HttpScalerOptions {
  /** Without a slash at its end. */
  url: string;
  /** Shown as a bearer token. */
  token: string;
  /** Default 5 s. */
  timeoutMs?: number;
}

/**
 * Whatever starts and stops chat processes and says so over HTTP: `GET /scale` answers `{"scale": n}`, `PUT /scale` takes
 * `{"from", "to"}` (409 when the scale is no longer `from`), `POST /first-to-go` takes `{"node"}`.
 */
export class HttpScaler implements Scaler {
  readonly #options: Required<HttpScalerOptions>;

  constructor(options: HttpScalerOptions) {
    this.#options = { timeoutMs: 5_000, ...options };
  }

  async readScale(): Promise<number> {
    const { scale } = (await this.#call('GET', '/scale')) as { scale?: unknown };
    if (!Number.isSafeInteger(scale)) throw new Error('GET /scale: no scale in the answer');
    return scale as number;
  }

  async writeScale(from: number, to: number): Promise<void> {
    await this.#call('PUT', '/scale', { from, to });
  }

  async markFirstToGo(node: string): Promise<void> {
    await this.#call('POST', '/first-to-go', { node });
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const { url, token, timeoutMs } = this.#options;
    const response = await fetch(`${url}${path}`, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok)
      throw new Error(`${method} ${path}: ${response.status} ${(await response.text()).slice(0, 200)}`);
    return response.json();
  }
}
