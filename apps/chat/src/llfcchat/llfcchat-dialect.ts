import type { Log } from '@berth/telemetry';
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
import type { BoundHandlers } from '../handlers.ts';
import type { MysqlOldClientMarks } from '../membership/mysql-old-client-marks.ts';
import { parseBody } from '../session/body.ts';
import type { ClientConnection } from '../session/client-connection.ts';
import type { Dialect, Farewell, LiveSession } from '../session/live-session.ts';
import { closeReasonOf, type LogIn } from '../session/log-in.ts';
import { storeErrorOf } from '../stores/store-error.ts';
import { logInAnswer } from './log-in-answer.ts';
import { oldBodies } from './old-bodies.ts';
import { oldErrorOf, oldErrors, oldIds } from './old-ids.ts';
import { OldSession } from './old-session.ts';
import { encodeOldFrame } from './old-text.ts';
import { acceptedNotice, addFriend, applicationNotice, authFriend, searchUser } from './people-frames.ts';
import { PushedTexts } from './pushed-texts.ts';
import { textChat } from './text-frames.ts';
import { createPrivateChat, loadChatMessages, loadChatThread } from './thread-frames.ts';

/** After so long a client that has not paged is taken for one that does not (the contract's rule). */
const decideMs = 2_000;

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
  [oldIds.heartbeat, { schema: { parse: () => ({}) }, handle: async () => ({ error: oldErrors.success }) }],
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

export interface LlfcchatDialectOptions {
  logIn: LogIn;
  handlers: BoundHandlers;
  marks: MysqlOldClientMarks;
  log: Log;
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
  readonly #sessions = new WeakMap<LiveSession, { old: OldSession; texts: PushedTexts }>();

  constructor(options: LlfcchatDialectOptions) {
    this.#options = options;
  }

  accepts(id: number): boolean {
    return id >= llfcchatIds.first && id <= llfcchatIds.last;
  }

  onStranger(connection: ClientConnection, id: number, body: Uint8Array): void {
    void this.#logIn(connection, id, body);
  }

  onFrame(session: LiveSession, id: number, body: Uint8Array): void {
    const route = routes.get(id);
    const known = this.#sessions.get(session);
    // Unknown ids of its range are passed over, as its own servers do.
    if (route && known) void this.#handle(known.old, id, route, body);
  }

  push(session: LiveSession, frame: Uint8Array): void {
    const known = this.#sessions.get(session);
    if (!known) return;
    const id = (frame[0]! << 8) | frame[1]!;
    if (id !== frameIds.deliver && id !== frameIds.friendEvent) return;
    const body = decodeBody(frame.subarray(4));
    if (id === frameIds.friendEvent) this.#pushFriendEvent(known.old, body as Pushes['friendEvent']);
    else known.texts.deliver(body as Message).catch((error: unknown) => this.#fault(error, id));
  }

  farewell(reason: CloseReason, _: Farewell, session: LiveSession | undefined): Uint8Array | undefined {
    if (session === undefined || !['kicked', 'moved', 'sessionEnded'].includes(reason)) return undefined;
    return encodeOldFrame(oldIds.notifyOffLine, { error: oldErrors.success, uid: session.user });
  }

  onClosed(session: LiveSession): void {
    this.#sessions.get(session)?.old.closed();
  }

  async #logIn(connection: ClientConnection, id: number, body: Uint8Array): Promise<void> {
    try {
      if (id !== oldIds.chatLogin) throw new BerthError('unauthenticated');
      const { uid, token } = oldBodies.chatLogin.parse(parseBody(body));
      await this.#options.logIn.run(connection, token, this, (session) => this.#welcome(session, uid));
    } catch (thrown) {
      const error = berthErrorOf(thrown);
      this.#fault(error, id);
      connection.queue(encodeOldFrame(answerId(oldIds.chatLogin), { error: oldErrorOf(error.code) }));
      connection.closeWith(closeReasonOf(error), undefined);
    }
  }

  #welcome(session: LiveSession, uid: number): void {
    if (uid !== session.user) {
      session.connection.queue(encodeOldFrame(answerId(oldIds.chatLogin), { error: oldErrors.uidInvalid }));
      session.connection.closeWith('ticketInvalid', undefined);
      return;
    }
    const old = new OldSession(session, this.#options.handlers, decideMs, () => {
      texts.catchUp().catch((error: unknown) => this.#fault(error, oldIds.notifyTextChat));
    });
    const texts = new PushedTexts(old, this.#options.marks);
    this.#sessions.set(session, { old, texts });
    logInAnswer(old).then(
      (answer) => old.welcome(answerId(oldIds.chatLogin), answer),
      (thrown: unknown) => {
        const error = berthErrorOf(thrown);
        this.#fault(error, oldIds.chatLogin);
        old.welcome(answerId(oldIds.chatLogin), { error: oldErrorOf(error.code) });
        session.connection.closeWith('serverError', undefined);
      },
    );
  }

  async #handle(old: OldSession, id: number, route: OldRoute, body: Uint8Array): Promise<void> {
    const { connection } = old.session;
    connection.requestStarted();
    try {
      const answer = await route.handle(
        old,
        route.schema.parse(id === oldIds.heartbeat ? {} : parseBody(body)) as never,
      );
      old.send(answerId(id), answer);
    } catch (thrown) {
      const error = berthErrorOf(thrown);
      this.#fault(error, id);
      old.send(answerId(id), { error: oldErrorOf(error.code, route.refused) });
    } finally {
      connection.requestEnded();
    }
  }

  #pushFriendEvent(old: OldSession, event: Pushes['friendEvent']): void {
    if (event.event === 'requested' && event.request.direction === 'incoming') {
      old.send(oldIds.notifyAddFriend, applicationNotice(event.request));
    } else if (event.event === 'accepted') {
      old.send(oldIds.notifyAuthFriend, acceptedNotice(old.session.profile, event.friend));
    }
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
