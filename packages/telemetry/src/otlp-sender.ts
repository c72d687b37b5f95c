import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { TracingConfig } from './tracing-config.ts';

/** Spans that wait to be sent at most; further ones are dropped. A collector that is away costs no more than that. */
const maxWaiting = 2_048;
const maxBatch = 512;
const sendEveryMs = 2_000;
const timeoutMs = 5_000;

/** Sends spans, each as OTLP's JSON has it, to a collector: a batch after the other. One that is not taken is lost. */
export class OtlpSender {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #resource: string;
  #waiting: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #closed = false;

  /** `resource`: the attributes that tell this process from others, as JSON. */
  constructor({ url, headers }: TracingConfig, resource: string) {
    this.#url = url;
    this.#headers = headers;
    this.#agent = new (isTls(url) ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1 });
    this.#resource = resource;
  }

  add(span: string): void {
    if (this.#closed || this.#waiting.length >= maxWaiting) return;
    if (this.#waiting.push(span) >= maxBatch) this.#sendNow();
    else this.#timer ??= setTimeout(() => this.#sendNow(), sendEveryMs).unref();
  }

  /** Sends what is left, once. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#sending;
    this.#sendNow();
    await this.#sending;
    this.#agent.destroy();
  }

  #sendNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
  }

  async #sendAll(): Promise<void> {
    do {
      const spans = this.#waiting.splice(0, maxBatch);
      if (spans.length > 0)
        await this.#send(spans).catch(() => {
          // A collector that is away, or has too much to do, gets the next ones; at the end there are none.
          if (this.#closed) this.#waiting = [];
        });
    } while (this.#waiting.length >= maxBatch || (this.#closed && this.#waiting.length > 0));
    if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#sendNow(), sendEveryMs).unref();
  }

  #send(spans: readonly string[]): Promise<void> {
    const scopeSpans = `[{"scope":{"name":"berth"},"spans":[${spans.join(',')}]}]`;
    const body = Buffer.from(
      `{"resourceSpans":[{"resource":{"attributes":${this.#resource}},"scopeSpans":${scopeSpans}}]}`,
    );
    return new Promise((resolve, reject) => {
      const request = (isTls(this.#url) ? requestHttps : requestHttp)(
        this.#url,
        {
          ...{ method: 'POST', agent: this.#agent, signal: AbortSignal.timeout(timeoutMs) },
          headers: {
            ...this.#headers,
            'content-type': 'application/json',
            'content-length': body.length,
          },
        },
        (response) => {
          response.on('end', resolve).on('error', reject).resume();
        },
      );
      request.on('error', reject).end(body);
    });
  }
}

const isTls = (url: string): boolean => url.startsWith('https:');
