import { answerId } from '@berth/wire';
import { requestSchemas } from '@berth/wire/requests';
import type { BoundHandlers } from '../handlers.ts';
import type { MysqlOldClientMarks } from '../membership/mysql-old-client-marks.ts';
import type { MysqlOldMessageIds } from '../membership/mysql-old-message-ids.ts';
import type { LiveSession } from '../session/live-session.ts';
import { oldIds } from './old-ids.ts';
import { encodeOldFrame } from './old-text.ts';
import { type Audience, PushedTexts, type Variant } from './pushed-texts.ts';
import { SpacedFrames } from './spaced-frames.ts';
import { ToldPeople } from './told-people.ts';
import type { AskUseCase } from './use-cases.ts';
import type { WaitingBudget } from './waiting-budget.ts';

export interface OldSessionOptions {
  session: LiveSession;
  handlers: BoundHandlers;
  marks: MysqlOldClientMarks;
  ids: MysqlOldMessageIds;
  /** What waits for all of them. */
  budget: WaitingBudget;
  /** Milliseconds between two frames, at least. */
  spacingMs: number;
  /** After so long a client that has not paged is taken for one that does not. */
  decideMs: number;
  onFault(error: unknown): void;
}

/** A client asks for the next page as soon as it has read one of these, and does nothing else. */
const pagingAnswers = [
  answerId(oldIds.chatLogin),
  answerId(oldIds.loadChatThread),
  answerId(oldIds.loadChatMessages),
];

/** What the adapter knows of one old client. */
export class OldSession implements Audience {
  readonly session: LiveSession;
  readonly ids: MysqlOldMessageIds;
  readonly told = new ToldPeople();
  readonly texts: PushedTexts;
  /** Whether the client has ever sent 1023: one that has not is silent by nature. */
  hasBeaten = false;
  readonly #handlers: BoundHandlers;
  readonly #frames: SpacedFrames;
  readonly #timer: NodeJS.Timeout;
  #variant: Variant = 'unknown';
  readonly #peers = new Map<number, Promise<number | undefined>>();

  constructor({ session, handlers, marks, ids, budget, spacingMs, decideMs, onFault }: OldSessionOptions) {
    this.session = session;
    this.ids = ids;
    this.#handlers = handlers;
    this.texts = new PushedTexts(this, marks, budget);
    this.#frames = new SpacedFrames({
      connection: session.connection,
      spacingMs,
      nextPush: () => this.texts.next(),
      onFault,
    });
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
    this.wake();
  }

  readonly ask: AskUseCase = async (name, body) => {
    const request = requestSchemas[name].parse({ req: 0, ...body });
    const handle = this.#handlers[name] as (
      session: LiveSession,
      body: unknown,
    ) => Promise<object | readonly object[]>;
    const answer = await handle(this.session, request);
    return (Array.isArray(answer) ? answer[0] : answer) as never;
  };

  /** Asked once: it never changes. */
  peerOf(conversation: number): Promise<number | undefined> {
    let known = this.#peers.get(conversation);
    if (!known) {
      known = this.ask('conversation', { conversation }).then(({ conversation: { kind, peer } }) =>
        kind === 'direct' ? peer?.id : undefined,
      );
      known.catch(() => this.#peers.delete(conversation));
      this.#peers.set(conversation, known);
    }
    return known;
  }

  wake(): void {
    this.#frames.wake();
  }

  /** The answer to the log-in; whatever else there is waits for it. */
  welcome(id: number, body: object): void {
    this.#frames.open(encodeOldFrame(id, body), () => {});
  }

  /** `written` is called when the answer is on its way, or never will be. */
  answer(frame: Uint8Array, written: () => void): void {
    this.#frames.answer(frame, written);
  }

  /** The answer to a heartbeat goes before all others. */
  answerBeat(frame: Uint8Array, written: () => void): void {
    this.#frames.beat(frame, written);
  }

  /** The client asks for the next page, which it does when it has read the answer before. */
  pages(): void {
    this.#frames.follows(pagingAnswers);
  }

  /** Nothing is written any more; answers with the milliseconds until a last frame may be. */
  closed(): number {
    clearTimeout(this.#timer);
    this.texts.close();
    return this.#frames.stop();
  }
}
