import { networkOf } from '@berth/network';
import { answerId, type Message } from '@berth/wire';
import { requestSchemas } from '@berth/wire/requests';
import type { PictureAnnouncement } from '../conversations/mysql-old-uploads.ts';
import type { BoundHandlers } from '../handlers.ts';
import type { FileLines } from '../log/file-lines.ts';
import type { MysqlOldClientMarks } from '../membership/mysql-old-client-marks.ts';
import type { MysqlOldFiles } from '../membership/mysql-old-files.ts';
import type { MysqlOldMessageIds } from '../membership/mysql-old-message-ids.ts';
import type { LiveSession } from '../session/live-session.ts';
import type { Audience, Variant } from './audience.ts';
import { oldIds } from './old-ids.ts';
import { encodeOldFrame } from './old-text.ts';
import { PushedTexts } from './pushed-texts.ts';
import { shownMessage } from './shown-messages.ts';
import { SpacedFrames } from './spaced-frames.ts';
import { ToldPeople } from './told-people.ts';
import type { AskUseCase } from './use-cases.ts';
import type { WaitingBudget } from './waiting-budget.ts';

/** What pictures take beside the handlers. */
export interface OldPictures {
  lines: FileLines;
  files: MysqlOldFiles;
  /** Gives a picture its number. */
  announce(picture: PictureAnnouncement): Promise<number>;
}

export interface OldSessionOptions {
  session: LiveSession;
  handlers: BoundHandlers;
  marks: MysqlOldClientMarks;
  ids: MysqlOldMessageIds;
  pictures: OldPictures;
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
  readonly #pictures: OldPictures;
  #token = '';
  #showsPictures = false;
  #variant: Variant = 'unknown';
  readonly #peers = new Map<number, Promise<number | undefined>>();

  constructor(options: OldSessionOptions) {
    const { session, handlers, marks, ids, pictures, budget, spacingMs, decideMs, onFault } = options;
    this.session = session;
    this.ids = ids;
    this.#handlers = handlers;
    this.#pictures = pictures;
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
    const given = await handle(this.session, request);
    const answer = (Array.isArray(given) ? given[0] : given) as { messages?: Message[] };
    if (name !== 'sync') return answer as never;
    return { ...answer, messages: answer.messages!.map((message) => this.shown(message)) } as never;
  };

  /** As the dialect can show it. */
  shown(message: Message): Message {
    return shownMessage(this.#pictures.lines, message);
  }

  announce(picture: PictureAnnouncement): Promise<number> {
    return this.#pictures.announce(picture);
  }

  /** The client is one that has frames for pictures. */
  sendsPictures(): void {
    this.#showsPictures = true;
  }

  /** Looked for again as long as it is not so: its connection to the files service may just have been made. */
  async showsPictures(): Promise<boolean> {
    const { files } = this.#pictures;
    this.#showsPictures ||= await files.knowsPictures(this.user, this.#network, Date.now());
    return this.#showsPictures;
  }

  /** What it shows to the files service, as long as the session lives; `otherwise` where that cannot be noted now. */
  async fileToken(otherwise: string): Promise<string> {
    try {
      const { id } = this.session;
      this.#token = await this.#pictures.files.begin(this.user, id, this.#network, Date.now());
      return this.#token;
    } catch {
      return otherwise;
    }
  }

  get #network(): string {
    return networkOf(this.session.connection.address);
  }

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
    if (this.#token !== '') this.#pictures.files.end(this.user, this.#token).catch(() => {});
    this.#token = '';
    this.texts.close();
    return this.#frames.stop();
  }
}
