import type { Answers, ConversationSummary, RequestInput } from '@berth/wire';
import { requestSchemas } from '@berth/wire/requests';
import type { BoundHandlers } from '../handlers.ts';
import type { LiveSession } from '../session/live-session.ts';
import { encodeOldFrame } from './old-text.ts';

/** Which of the dialect's variants a client speaks: `threads` pages through what it missed, `plain` must be pushed it. */
type Variant = 'unknown' | 'plain' | 'threads';

type AskName = keyof BoundHandlers;

/** Frames kept at most for a client whose log-in is not answered yet; more only means that it has to catch up. */
const maxHeldFrames = 1_000;

/** What the adapter knows of one old client. */
export class OldSession {
  readonly session: LiveSession;
  readonly #handlers: BoundHandlers;
  readonly #onPlain: (old: OldSession) => void;
  readonly #timer: NodeJS.Timeout;
  #variant: Variant = 'unknown';
  #held: Uint8Array[] | undefined = [];
  readonly #conversations = new Map<number, Promise<ConversationSummary>>();

  /** `onPlain`: called once the client is known not to page, at the latest after `decideMs`. */
  constructor(
    session: LiveSession,
    handlers: BoundHandlers,
    decideMs: number,
    onPlain: (old: OldSession) => void,
  ) {
    this.session = session;
    this.#handlers = handlers;
    this.#onPlain = onPlain;
    this.#timer = setTimeout(() => this.decide('plain'), decideMs);
  }

  get user(): number {
    return this.session.user;
  }

  get variant(): Variant {
    return this.#variant;
  }

  /** A client that began to page after all does not fall back. */
  decide(variant: 'plain' | 'threads'): void {
    if (this.#variant === variant || this.#variant === 'threads') return;
    clearTimeout(this.#timer);
    this.#variant = variant;
    if (variant === 'plain') this.#onPlain(this);
  }

  /** Asks a use case as a frame of the Berth dialect would; its defaults and its limits hold. Throws BerthError or ZodError. */
  async ask<N extends AskName>(name: N, body: RequestInput<N>): Promise<Answers[N]> {
    const request = requestSchemas[name].parse({ req: 0, ...body });
    const handle = this.#handlers[name] as (
      session: LiveSession,
      body: unknown,
    ) => Promise<object | readonly object[]>;
    const answer = await handle(this.session, request);
    return (Array.isArray(answer) ? answer[0] : answer) as Answers[N];
  }

  /** A conversation as this user sees it, asked once: kind and peer never change. */
  conversation(id: number): Promise<ConversationSummary> {
    let known = this.#conversations.get(id);
    if (!known) {
      known = this.ask('conversation', { conversation: id }).then((answer) => answer.conversation);
      known.catch(() => this.#conversations.delete(id));
      this.#conversations.set(id, known);
    }
    return known;
  }

  /** Sends a frame; pushes wait for the answer to the log-in, which such a client expects first. */
  send(id: number, body: object): void {
    const frame = encodeOldFrame(id, body);
    if (this.#held === undefined) this.session.connection.queue(frame);
    else if (this.#held.length < maxHeldFrames) this.#held.push(frame);
  }

  /** The answer to the log-in, and then what was held back. */
  welcome(id: number, body: object): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.send(id, body);
    for (const frame of held) this.session.connection.queue(frame);
  }

  closed(): void {
    clearTimeout(this.#timer);
    this.#held = undefined;
  }
}
