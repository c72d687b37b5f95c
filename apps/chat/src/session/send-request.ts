import type { TraceSpan } from '@berth/telemetry';
import { answerId, encodeFrame, encodeJson, frameIds } from '@berth/wire';
import type { Receipt } from '../log/message-store.ts';
import type { SendWaiter } from '../log/pending-message.ts';
import type { ClientConnection } from './client-connection.ts';

export interface SendRequestHooks {
  /** Answers with an error, or says it where the request did not say its `req`; the code of what was said. */
  refuse(connection: ClientConnection, req: number | undefined, thrown: unknown): string;
  onRequest(name: 'send', code: string, seconds: number): void;
}

const id = answerId(frameIds.send);

/** Most answers are four numbers, which are JSON as they are. */
function encodeAnswer(req: number | undefined, receipt: Receipt): Uint8Array {
  const { conversation, seq, sentAt, attachments, text } = receipt;
  if (req === undefined || attachments !== undefined || text !== undefined)
    return encodeFrame(id, { req, ...receipt });
  return encodeJson(id, `{"req":${req},"conversation":${conversation},"seq":${seq},"sentAt":${sentAt}}`);
}

/** A send that waits for its answer: most of what a node does, so all that it keeps is this. */
export class SendRequest implements SendWaiter {
  readonly #hooks: SendRequestHooks;
  readonly #connection: ClientConnection;
  readonly #bytes: number;
  readonly #startedAt = performance.now();
  readonly #span: TraceSpan | undefined;
  req: number | undefined;

  constructor(hooks: SendRequestHooks, connection: ClientConnection, bytes: number, span?: TraceSpan) {
    this.#hooks = hooks;
    this.#connection = connection;
    this.#bytes = bytes;
    this.#span = span;
  }

  stored(receipt: Receipt): void {
    this.#connection.queue(encodeAnswer(this.req, receipt));
    this.#end('ok');
  }

  refused(thrown: unknown): void {
    this.#end(this.#hooks.refuse(this.#connection, this.req, thrown));
  }

  #end(code: string): void {
    this.#connection.requestEnded(this.#bytes);
    this.#span?.end(code);
    this.#hooks.onRequest('send', code, (performance.now() - this.#startedAt) / 1_000);
  }
}
