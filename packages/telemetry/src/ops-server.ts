import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.ts';

/** Undefined when well; else the reason in one sentence, without secrets. */
export type Check = () => string | undefined | Promise<string | undefined>;

export interface OpsServerOptions {
  host: string;
  /** 0 picks a free one. */
  port: number;
  metrics: Metrics;
  /** Named checks of readiness: may this process get new work? */
  ready?: Record<string, Check>;
  /** What is told beside these when it is away, but does not keep new work off. */
  told?: Record<string, Check>;
  /** In place of `ready` and `told`, for a service that judges its checks itself. */
  look?: () => Promise<{ ready: boolean; failed: Record<string, string> }>;
  /** Further routes, `METHOD /path` → handler. */
  routes?: Record<string, (request: IncomingMessage, response: ServerResponse) => void | Promise<void>>;
}

/**
 * The operators' door of a service: `/healthz` (the loop turns; asks nobody), `/readyz` (every check; `failed` has the
 * reasons, 503 when one of `ready` fails), `/metrics` (Prometheus text).
 */
export class OpsServer {
  readonly #options: OpsServerOptions;
  readonly #server: Server;

  constructor(options: OpsServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        if (!response.headersSent) response.writeHead(500, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({
            error: { code: 'internal', message: error instanceof Error ? error.name : 'fault' },
          }),
        );
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, this.#options.host, resolve);
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://ops').pathname;
    const route = this.#options.routes?.[`${request.method} ${path}`];
    if (route) return route(request, response);
    if (request.method !== 'GET')
      return answer(response, 404, { error: { code: 'not_found', message: 'no such path' } });
    if (path === '/healthz') return answer(response, 200, { ok: true });
    if (path === '/readyz') return this.#answerReady(response);
    if (path === '/metrics') {
      const text = await this.#options.metrics.registry.metrics();
      response.writeHead(200, { 'content-type': this.#options.metrics.registry.contentType });
      response.end(text);
      return;
    }
    answer(response, 404, { error: { code: 'not_found', message: 'no such path' } });
  }

  async #answerReady(response: ServerResponse): Promise<void> {
    const { look } = this.#options;
    if (look) {
      const seen = await look();
      return answer(response, seen.ready ? 200 : 503, seen);
    }
    const [failed, told] = await Promise.all([
      failedChecks(this.#options.ready ?? {}),
      failedChecks(this.#options.told ?? {}),
    ]);
    const ready = Object.keys(failed).length === 0;
    answer(response, ready ? 200 : 503, { ready, failed: { ...failed, ...told } });
  }
}

/** The checks that do not pass, with their reasons; each gets at most 2 s. */
export async function failedChecks(checks: Record<string, Check>): Promise<Record<string, string>> {
  const entries = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<string>((resolve) => {
        timer = setTimeout(() => resolve('no answer within 2 s'), 2_000);
      });
      try {
        return [name, await Promise.race([Promise.resolve(check()), late])] as const;
      } catch (error) {
        return [name, error instanceof Error ? error.message : 'failed'] as const;
      } finally {
        clearTimeout(timer);
      }
    }),
  );
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
