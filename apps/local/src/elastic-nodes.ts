import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChatNodes } from './chat-nodes.ts';

export interface ElasticNodesOptions {
  /** Status shows it. */
  token: string;
  /** Chat nodes that are started in the beginning. */
  scale: number;
  say(line: string): void;
}

type ScalableNodes = Pick<ChatNodes, 'count' | 'add' | 'remove'>;

/** What the planner of status says, in its answer to GET /v1/fleet/plan. */
interface ToldPlan {
  atMs: number;
  why: string;
}

const maxBodyBytes = 4_096;
/** How often the planner's reasons are asked for. */
const lookMs = 1_000;

/**
 * Where status asks and tells how many chat nodes there are to be (`SCALER=http`): each change is carried out as if its key
 * had been pressed, one after the other, and the planner's reasons are shown.
 */
export class ElasticNodes {
  readonly #options: ElasticNodesOptions;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #ended = new AbortController();
  #wanted: number;
  #firstToGo: string | undefined;
  #nodes: ScalableNodes | undefined;
  #isChanging = false;

  constructor(options: ElasticNodesOptions) {
    this.#options = options;
    this.#wanted = options.scale;
  }

  /** Answers with its address. */
  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The nodes are there: from now on what is wanted is done. `plansUrl`: where the planner tells its reasons. */
  start(nodes: ScalableNodes, plansUrl: string, operatorToken: string): void {
    this.#nodes = nodes;
    void this.#change();
    void this.#tellReasons(plansUrl, operatorToken);
  }

  /** As a key asks for it; the planner may see it otherwise. */
  resize(by: 1 | -1): void {
    this.#wanted = Math.max(1, this.#wanted + by);
    void this.#change();
  }

  close(): void {
    this.#ended.abort();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const say = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (request.headers.authorization !== `Bearer ${this.#options.token}`) return say(401, {});
    if (request.method === 'GET') return say(200, { scale: this.#wanted });
    const body = await readBody(request).catch(() => undefined);
    if (!body) return say(400, {});
    if (request.url === '/first-to-go') this.#firstToGo = String(body.node);
    else if (body.from !== this.#wanted || !this.#nodes) return say(409, { scale: this.#wanted });
    else {
      this.#wanted = Number(body.to);
      void this.#change();
    }
    say(200, { scale: this.#wanted });
  }

  async #change(): Promise<void> {
    const nodes = this.#nodes;
    if (this.#isChanging || !nodes) return;
    this.#isChanging = true;
    try {
      while (nodes.count !== this.#wanted && !this.#ended.signal.aborted) {
        const before = nodes.count;
        if (before < this.#wanted) await nodes.add();
        else await nodes.remove(this.#firstToGo);
        // It could not be done, and that was said: whoever wants it asks again.
        if (nodes.count === before) this.#wanted = before;
      }
    } finally {
      this.#isChanging = false;
    }
  }

  async #tellReasons(plansUrl: string, operatorToken: string): Promise<void> {
    const { signal } = this.#ended;
    const headers = { authorization: `Bearer ${operatorToken}` };
    let told = 0;
    while (!signal.aborted) {
      await delay(lookMs, undefined, { signal }).catch(() => {});
      try {
        const response = await fetch(plansUrl, { headers, signal: AbortSignal.timeout(2_000) });
        const { decisions = [] } = (await response.json()) as { decisions?: ToldPlan[] };
        for (const { atMs, why } of decisions)
          if (atMs > told) {
            told = atMs;
            if (!signal.aborted) this.#options.say(`planner: ${why}`);
          }
      } catch {
        // Status is being started again: its reasons are kept.
      }
    }
  }
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > maxBodyBytes) throw new Error('too large');
  }
  return JSON.parse(text) as Record<string, unknown>;
}
