import type { Log, TraceSpan, Tracing } from '@berth/telemetry';
import {
  answerId,
  BerthError,
  type CloseReason,
  decodeBody,
  frameIds,
  llfcchatIds,
  type Message,
  type Pushes,
  toBerthError,
} from '@berth/wire';
import { ZodError } from 'zod';
import type { MysqlOldUploads } from '../conversations/mysql-old-uploads.ts';
import type { BoundHandlers } from '../handlers.ts';
import type { MysqlOldClientMarks } from '../membership/mysql-old-client-marks.ts';
import type { MysqlOldMessageIds } from '../membership/mysql-old-message-ids.ts';
import { beginReceive } from '../session/begin-receive.ts';
import { parseBody } from '../session/body.ts';
import type { ClientConnection } from '../session/client-connection.ts';
import type { FrameRun } from '../session/frame-run.ts';
import type { Dialect, Farewell, LiveSession } from '../session/live-session.ts';
import { closeReasonOf, type LogIn } from '../session/log-in.ts';
import { storeErrorOf } from '../stores/store-error.ts';
import { logInAnswer } from './log-in-answer.ts';
import { oldBodies } from './old-bodies.ts';
import { oldErrorOf, oldErrors, oldIds } from './old-ids.ts';
import { type OldPictures, OldSession } from './old-session.ts';
import { encodeOldFrame } from './old-text.ts';
import { addFriend, applicationNotice, authFriend, searchUser } from './people-frames.ts';
import { pictureChat } from './picture-frames.ts';
import { textChat } from './text-frames.ts';
import { createPrivateChat, loadChatMessages, loadChatThread } from './thread-frames.ts';
import { WaitingBudget } from './waiting-budget.ts';
import { WholeUploads } from './whole-uploads.ts';

/** After so long a client that has not paged is taken for one that does not (the contract's rule). */
const decideMs = 2_000;
/** A client that is silent by nature is asked by TCP whether it is there. */
const keepAliveMs = 60_000;
/** What ends a session because of another one, or because the user said so. */
const offLineReasons: readonly CloseReason[] = ['kicked', 'moved', 'sessionEnded'];

interface OldRoute {
  schema: { parse(body: unknown): unknown };
  handle: (old: OldSession, body: never) => Promise<object>;
  /** The number for a target that is not there or not for this user. */
  refused?: number;
}

const routes = new Map<number, OldRoute>([
  [oldIds.searchUser, { schema: oldBodies.searchUser, handle: searchUser }],
  [oldIds.addFriend, { schema: oldBodies.addFriend, handle: addFriend }],
  [oldIds.authFriend, { schema: oldBodies.authFriend, handle: authFriend }],
  [oldIds.textChat, { schema: oldBodies.textChat, handle: textChat }],
  [oldIds.pictureChat, { schema: oldBodies.pictureChat, handle: pictureChat }],
  [oldIds.loadChatThread, { schema: oldBodies.loadChatThread, handle: loadChatThread }],
  [
    oldIds.createPrivateChat,
    { schema: oldBodies.createPrivateChat, handle: createPrivateChat, refused: oldErrors.createChatFailed },
  ],
  [
    oldIds.loadChatMessages,
    { schema: oldBodies.loadChatMessages, handle: loadChatMessages, refused: oldErrors.loadChatFailed },
  ],
]);

/** What traces call its frames. */
const frameNames = new Map<number, string>(Object.entries(oldIds).map(([name, id]) => [id, name]));

export interface LlfcchatDialectOptions {
  logIn: LogIn;
  handlers: BoundHandlers;
  marks: MysqlOldClientMarks;
  ids: MysqlOldMessageIds;
  pictures: OldPictures;
  uploads: MysqlOldUploads;
  /** Milliseconds between two frames to one client, at least. */
  spacingMs: number;
  log: Log;
  tracing: Tracing;
}

/**
 * The dialect of an existing Qt client, as an adapter over the same use cases: it renames fields and numbers and has no
 * rules of its own, but for telling which of its two variants a client speaks.
 */
export class LlfcchatDialect implements Dialect {
  /** Such a client beats every 10 s by itself and knows no question. */
  readonly probe = undefined;
  readonly isSingle = true;
  readonly #options: LlfcchatDialectOptions;
  readonly #budget = new WaitingBudget();
  readonly #sessions = new WeakMap<LiveSession, OldSession>();
  readonly #whole: WholeUploads;

  constructor(options: LlfcchatDialectOptions) {
    this.#options = options;
    this.#whole = new WholeUploads(options.uploads, options.log);
  }

  /** Characters of texts and bytes of notices that wait for its clients. */
  get waiting(): number {
    return this.#budget.waiting;
  }

  accepts(id: number): boolean {
    return id >= llfcchatIds.first && id <= llfcchatIds.last;
  }

  onStranger(connection: ClientConnection, id: number, body: Uint8Array): void {
    void this.#logIn(connection, id, body);
  }

  onFrame(session: LiveSession, id: number, body: Uint8Array): void {
    const route = routes.get(id);
    const old = this.#sessions.get(session);
    // Unknown ids of its range are passed over, as its own servers do.
    if (!old) return;
    if (id === oldIds.heartbeat) this.#answerBeat(old);
    else if (route) this.#handle(old, id, route, body);
  }

  push(session: LiveSession, frame: Uint8Array): void {
    const old = this.#sessions.get(session);
    if (!old) return;
    const id = (frame[0]! << 8) | frame[1]!;
    if (id === frameIds.deliver || id === frameIds.attached)
      old.texts.deliver(old.shown(decodeBody(frame.subarray(4)) as Message));
    else if (id === frameIds.friendEvent)
      this.#pushFriendEvent(old, decodeBody(frame.subarray(4)) as Pushes['friendEvent']);
  }

  pushChange(session: LiveSession, frame: Uint8Array): void {
    const old = this.#sessions.get(session);
    if (!old) return;
    const { kind, conversation, target } = decodeBody(frame.subarray(4)) as Message;
    if (kind === 'recalled') old.texts.recalled(conversation, target!);
  }

  pushRun(session: LiveSession, run: FrameRun): void {
    for (const frame of run.frames) this.push(session, frame);
  }

  farewell(reason: CloseReason, _: Farewell, session: LiveSession | undefined): Uint8Array | undefined {
    if (session === undefined || !offLineReasons.includes(reason)) return undefined;
    return encodeOldFrame(oldIds.notifyOffLine, { error: oldErrors.success, uid: session.user });
  }

  /**
   * 1021 goes alone, and the client closes the connection: it shows the reason that it was told last, which is that the
   * connection is gone when we close it.
   */
  close(session: LiveSession, reason: CloseReason, details: Farewell): void {
    const { connection } = session;
    const frame = this.farewell(reason, details, session);
    const waitMs = this.#ended(session);
    if (frame === undefined || waitMs === 0) {
      connection.closeWith(reason, frame, { lingers: frame !== undefined });
      return;
    }
    session.ready = false;
    this.#sessions.delete(session);
    setTimeout(() => connection.closeWith(reason, frame, { lingers: true }), waitMs);
  }

  /** A client of the first variant never beats. */
  mayBeSilent(session: LiveSession): boolean {
    return this.#sessions.get(session)?.hasBeaten === false;
  }

  onClosed(session: LiveSession): void {
    this.#ended(session);
  }

  /** Answers with the milliseconds until a last frame may be written. */
  #ended(session: LiveSession): number {
    const old = this.#sessions.get(session);
    if (old === undefined) return 0;
    this.#whole.remove(old);
    return old.closed();
  }

  async #logIn(connection: ClientConnection, id: number, body: Uint8Array): Promise<void> {
    const { tracing } = this.#options;
    const span = tracing.isOn ? beginReceive(tracing, 'chatLogin', body.length) : undefined;
    try {
      if (id !== oldIds.chatLogin) throw new BerthError('unauthenticated');
      const { uid, token } = oldBodies.chatLogin.parse(parseBody(body));
      let answering: Promise<string> | undefined;
      const welcome = (session: LiveSession) => {
        answering = this.#welcome(session, uid, token);
      };
      await this.#options.logIn.run(connection, token, this, welcome, span);
      span?.end(await answering);
    } catch (thrown) {
      const error = berthErrorOf(thrown);
      span?.end(error.code);
      this.#fault(error, id);
      connection.queue(encodeOldFrame(answerId(oldIds.chatLogin), { error: oldErrorOf(error.code) }));
      connection.closeWith(closeReasonOf(error), undefined);
    }
  }

  /** The code of what was answered. */
  async #welcome(session: LiveSession, uid: number, token: string): Promise<string> {
    if (uid !== session.user) {
      session.connection.queue(encodeOldFrame(answerId(oldIds.chatLogin), { error: oldErrors.uidInvalid }));
      session.connection.closeWith('ticketInvalid', undefined);
      return 'ticket_invalid';
    }
    const { handlers, marks, ids, pictures, spacingMs } = this.#options;
    const old = new OldSession({
      ...{ session, handlers, marks, ids, pictures, spacingMs, decideMs, budget: this.#budget },
      onFault: (error) => this.#fault(error, oldIds.notifyTextChat),
    });
    this.#sessions.set(session, old);
    // What it can be shown of files is settled here, message by message.
    session.files = true;
    session.connection.keepAlive(keepAliveMs);
    let answer: Awaited<ReturnType<typeof logInAnswer>>;
    try {
      answer = await logInAnswer(old, await old.fileToken(token));
    } catch (thrown) {
      const error = berthErrorOf(thrown);
      this.#fault(error, oldIds.chatLogin);
      const refusal = encodeOldFrame(answerId(oldIds.chatLogin), { error: oldErrorOf(error.code) });
      session.connection.closeWith('serverError', refusal);
      return error.code;
    }
    if (session.connection.isOpen) this.#whole.add(old);
    old.welcome(answerId(oldIds.chatLogin), answer);
    return 'ok';
  }

  #answerBeat(old: OldSession): void {
    const { connection } = old.session;
    old.hasBeaten = true;
    connection.requestStarted(0);
    const answer = encodeOldFrame(answerId(oldIds.heartbeat), { error: oldErrors.success });
    old.answerBeat(answer, () => connection.requestEnded(0));
  }

  /** Not a part of what waits for the answer, which would hold the bytes of the body. */
  #handle(old: OldSession, id: number, route: OldRoute, body: Uint8Array): void {
    const { connection } = old.session;
    const hasRoom = connection.requestStarted(body.length);
    let answer: Promise<object>;
    const { tracing } = this.#options;
    const span = tracing.isOn ? beginReceive(tracing, frameNames.get(id)!, body.length) : undefined;
    try {
      if (!hasRoom) throw new BerthError('unavailable');
      const parsed = route.schema.parse(parseBody(body)) as never;
      answer = tracing.within(span, () => route.handle(old, parsed));
    } catch (thrown) {
      answer = Promise.reject(thrown);
    }
    void this.#answer(old, id, route, body.length, answer, span);
  }

  /** In flight until the answer is written, so that a client that does not read is not read either. */
  async #answer(
    old: OldSession,
    id: number,
    route: OldRoute,
    bytes: number,
    answer: Promise<object>,
    span: TraceSpan | undefined,
  ): Promise<void> {
    const { connection } = old.session;
    let frame: Uint8Array;
    let frameBytes = 0;
    try {
      frame = encodeOldFrame(answerId(id), await answer);
      frameBytes = frame.length;
      if (!connection.requestStarted(frameBytes)) throw new BerthError('unavailable');
      span?.end();
    } catch (thrown) {
      const error = berthErrorOf(thrown);
      span?.end(error.code);
      this.#fault(error, id);
      if (frameBytes > 0) connection.requestEnded(frameBytes);
      frameBytes = 0;
      frame = encodeOldFrame(answerId(id), { error: oldErrorOf(error.code, route.refused) });
    }
    old.answer(frame, () => {
      if (frameBytes > 0) connection.requestEnded(frameBytes);
      connection.requestEnded(bytes);
    });
  }

  #pushFriendEvent(old: OldSession, event: Pushes['friendEvent']): void {
    if (event.event === 'requested' && event.request.direction === 'incoming') {
      old.texts.notify(encodeOldFrame(oldIds.notifyAddFriend, applicationNotice(event.request)));
    } else if (event.event === 'accepted') old.texts.introduce(event.friend, event.friend.conversation);
    else if (event.event === 'removed') old.told.end(event.user);
  }

  /** Faults of ours go to the log; what a client did wrong is its answer's. */
  #fault(thrown: unknown, id: number): void {
    const error = toBerthError(storeErrorOf(thrown));
    if (error.code === 'internal')
      this.#options.log.error({ err: thrown, frame: id }, 'an old client’s request failed');
  }
}

function berthErrorOf(thrown: unknown): BerthError {
  if (thrown instanceof ZodError)
    return new BerthError('bad_request', thrown.issues[0]?.message, { cause: thrown });
  return toBerthError(storeErrorOf(thrown));
}
