import { jittered } from '@berth/lifecycle';
import type { Log, TraceSpan, Tracing } from '@berth/telemetry';
import {
  answerId,
  BerthError,
  berthIds,
  type CloseReason,
  encodeFrame,
  encodeJson,
  frameIds,
  toBerthError,
} from '@berth/wire';
import { quickSend } from '@berth/wire/quick-send';
import { type RequestBody, type RequestName, requestSchemas } from '@berth/wire/requests';
import type { Session } from '../context.ts';
import type { BoundHandlers } from '../handlers.ts';
import type { SendWaiter } from '../log/pending-message.ts';
import { storeErrorOf } from '../stores/store-error.ts';
import { beginReceive } from './begin-receive.ts';
import { berthFarewell } from './berth-farewell.ts';
import { parseBody } from './body.ts';
import type { ClientConnection } from './client-connection.ts';
import type { FrameRun } from './frame-run.ts';
import type { Dialect, Farewell, LiveSession } from './live-session.ts';
import { closeReasonOf, type LogIn } from './log-in.ts';
import { quickBeat } from './quick-beat.ts';
import { SendRequest, type SendRequestHooks } from './send-request.ts';

export interface BerthDialectOptions {
  logIn: LogIn;
  handlers: BoundHandlers;
  /** What `handlers.send` does, for a waiter that is told once. */
  submitSend: (
    session: Session,
    body: RequestBody<'send'>,
    waiter: SendWaiter,
    trace: TraceSpan | undefined,
  ) => void;
  /** The rest of the answer to a hello. */
  welcome: (session: LiveSession) => object;
  log: Log;
  tracing: Tracing;
  /** The session's user has done something. */
  onUsed: (session: LiveSession) => void;
  onRequest: (name: RequestName, code: string, seconds: number) => void;
  onLogIn: (code: string) => void;
}

interface Route {
  name: Exclude<RequestName, 'hello'>;
  schema: { safeParse(body: unknown): { success: true; data: unknown } | { success: false; error: Error } };
  handle: (session: Session, body: never) => Promise<object | readonly object[]>;
}

/** What a client asks by itself, whether or not anybody looks at it. */
const automatic: ReadonlySet<RequestName> = new Set([
  ...(['heartbeat', 'resume', 'sync', 'conversation', 'conversations'] as const),
  ...(['friends', 'friendRequests', 'blocks', 'members', 'profile', 'drafts', 'goodbye'] as const),
]);

/** Whether the request says that the user is at this device. */
const isUse = (name: RequestName, body: unknown): boolean =>
  name === 'mark' ? (body as { read?: number }).read !== undefined : !automatic.has(name);

const probeAnswer = answerId(frameIds.probe);
const beatAnswer = answerId(frameIds.heartbeat);
const probe = encodeFrame(frameIds.probe, {});

/** The dialect of our own clients: every request has a schema, a handler and an answer. */
export class BerthDialect implements Dialect {
  readonly probe = probe;
  readonly isSingle = false;
  readonly #options: BerthDialectOptions;
  readonly #routes = new Map<number, Route>();
  readonly #sendHooks: SendRequestHooks;

  constructor(options: BerthDialectOptions) {
    this.#options = options;
    for (const name of Object.keys(options.handlers) as Route['name'][])
      this.#routes.set(frameIds[name], {
        name,
        schema: requestSchemas[name],
        handle: options.handlers[name] as Route['handle'],
      });
    this.#sendHooks = {
      refuse: (connection, req, thrown) => this.#refuse(connection, 'send', req, thrown),
      onRequest: options.onRequest,
    };
  }

  accepts(id: number): boolean {
    return id >= berthIds.first && id <= berthIds.last;
  }

  onStranger(connection: ClientConnection, id: number, body: Uint8Array): void {
    void this.#hello(connection, id, body);
  }

  onFrame(session: LiveSession, id: number, body: Uint8Array): void {
    if (id === frameIds.send) {
      this.#send(session, body);
      return;
    }
    if (id === frameIds.heartbeat && this.#beat(session, body)) return;
    const route = this.#routes.get(id);
    if (route !== undefined) this.#handle(session, route, body);
    else if (id === frameIds.hello)
      reply(session.connection, id, reqOf(body), new BerthError('conflict', 'Already logged in.'));
    else if (id !== probeAnswer)
      session.connection.queue(
        encodeFrame(frameIds.error, { id, error: new BerthError('unknown_frame').toWire() }),
      );
  }

  push(session: LiveSession, frame: Uint8Array): void {
    session.connection.queue(frame);
  }

  /** One that knows no changes reads what became of a message with the next page. */
  pushChange(): void {}

  pushRun(session: LiveSession, run: FrameRun): void {
    session.connection.queue(run.bytes);
  }

  farewell(reason: CloseReason, details: Farewell, session: LiveSession | undefined): Uint8Array | undefined {
    return berthFarewell(reason, details, session?.deviceClass);
  }

  close(session: LiveSession, reason: CloseReason, details: Farewell): void {
    session.connection.closeWith(reason, this.farewell(reason, details, session));
  }

  /** Our clients beat, and answer when they are asked. */
  mayBeSilent(): boolean {
    return false;
  }

  onClosed(): void {}

  async #hello(connection: ClientConnection, id: number, body: Uint8Array): Promise<void> {
    const req = reqOf(body);
    const { tracing } = this.#options;
    const span = tracing.isOn ? beginReceive(tracing, 'hello', body.length) : undefined;
    try {
      if (id !== frameIds.hello) throw new BerthError('unauthenticated', 'The first frame must be a hello.');
      const hello = requestSchemas.hello.safeParse(parseBody(body));
      if (!hello.success) throw new BerthError('bad_request', firstIssue(hello.error));
      const welcome = (session: LiveSession) => {
        session.entries = hello.data.entries;
        session.changes = hello.data.entries && hello.data.changes;
        session.moves = hello.data.moves;
        session.hearsOwn = hello.data.own;
        session.echo = hello.data.echo;
        session.files = hello.data.files;
        const answer = { req: hello.data.req, ...this.#options.welcome(session) };
        connection.queue(encodeFrame(answerId(frameIds.hello), answer));
      };
      await this.#options.logIn.run(connection, hello.data.token, this, welcome, span);
      span?.end();
      this.#options.onLogIn('ok');
    } catch (thrown) {
      const error = toBerthError(thrown);
      span?.end(error.code);
      this.#options.onLogIn(error.code);
      if (error.code === 'internal') this.#options.log.error({ err: thrown }, 'a log-in failed');
      reply(connection, id, req, error);
      connection.closeWith(closeReasonOf(error), undefined);
    }
  }

  /** As the handler answers, at once; false: it is for the handler. */
  #beat({ connection }: LiveSession, body: Uint8Array): boolean {
    const req = this.#options.tracing.isOn ? undefined : quickBeat(body);
    if (req === undefined) return false;
    connection.queue(encodeJson(beatAnswer, `{"req":${req},"now":${Date.now()}}`));
    this.#options.onRequest('heartbeat', 'ok', 0);
    return true;
  }

  #send(session: LiveSession, body: Uint8Array): void {
    const { connection } = session;
    const hasRoom = connection.requestStarted(body.length);
    const { tracing } = this.#options;
    const span = tracing.isOn ? beginReceive(tracing, 'send', body.length) : undefined;
    const request = new SendRequest(this.#sendHooks, connection, body.length, span);
    try {
      const parsed = parseBody(body);
      request.req = reqOfParsed(parsed);
      if (!hasRoom) throw new BerthError('unavailable', undefined, { retryAfterMs: jittered(1_000) });
      const checked = quickSend.safeParse(parsed);
      if (!checked.success) throw new BerthError('bad_request', firstIssue(checked.error));
      this.#options.onUsed(session);
      this.#options.submitSend(session, checked.data, request, span);
    } catch (thrown) {
      request.refused(thrown);
    }
  }

  /** Not a part of what waits for the answer, which would hold the bytes of the body. */
  #handle(session: LiveSession, route: Route, body: Uint8Array): void {
    const { connection } = session;
    const bytes = body.length;
    const startedAt = performance.now();
    const hasRoom = connection.requestStarted(bytes);
    let req: number | undefined;
    let answer: ReturnType<Route['handle']>;
    const { tracing } = this.#options;
    const span = tracing.isOn ? beginReceive(tracing, route.name, bytes) : undefined;
    try {
      const parsed = parseBody(body);
      req = reqOfParsed(parsed);
      if (!hasRoom) throw new BerthError('unavailable', undefined, { retryAfterMs: jittered(1_000) });
      const checked = route.schema.safeParse(parsed);
      if (!checked.success) throw new BerthError('bad_request', firstIssue(checked.error));
      if (isUse(route.name, checked.data)) this.#options.onUsed(session);
      const { data } = checked;
      answer =
        span === undefined
          ? route.handle(session, data as never)
          : tracing.within(span, () => route.handle(session, data as never));
    } catch (thrown) {
      answer = Promise.reject(thrown);
    }
    void this.#answer(session, route.name, req, answer).then((code) => {
      connection.requestEnded(bytes);
      span?.end(code);
      this.#options.onRequest(route.name, code, (performance.now() - startedAt) / 1_000);
    });
  }

  /** The code of what was answered. */
  async #answer(
    session: LiveSession,
    name: Route['name'],
    req: number | undefined,
    answer: ReturnType<Route['handle']>,
  ): Promise<string> {
    const { connection } = session;
    try {
      const answered = await answer;
      for (const part of Array.isArray(answered) ? answered : [answered])
        if (req !== undefined) connection.queue(encodeFrame(answerId(frameIds[name]), { req, ...part }));
      if (name === 'goodbye') session.close('goodbye');
      return 'ok';
    } catch (thrown) {
      return this.#refuse(connection, name, req, thrown);
    }
  }

  /** The code of what was answered. */
  #refuse(
    connection: ClientConnection,
    name: Route['name'],
    req: number | undefined,
    thrown: unknown,
  ): string {
    const error = toBerthError(storeErrorOf(thrown));
    if (error.code === 'internal') this.#options.log.error({ err: thrown, frame: name }, 'a request failed');
    reply(connection, frameIds[name], req, error);
    return error.code;
  }
}

/** An error as the answer to a request; as a push when the request did not say its `req`. */
function reply(connection: ClientConnection, id: number, req: number | undefined, error: BerthError): void {
  const wire = error.toWire();
  connection.queue(
    req === undefined
      ? encodeFrame(frameIds.error, { id, error: wire })
      : encodeFrame(answerId(id), { req, error: wire }),
  );
}

function reqOf(body: Uint8Array): number | undefined {
  try {
    return reqOfParsed(parseBody(body));
  } catch {
    return undefined;
  }
}

function reqOfParsed(parsed: unknown): number | undefined {
  const req = typeof parsed === 'object' && parsed !== null && 'req' in parsed ? parsed.req : undefined;
  return Number.isSafeInteger(req) ? (req as number) : undefined;
}

/** `path: what is wrong`, of the first thing that is. */
function firstIssue(error: Error): string {
  const [issue] = (error as { issues?: { path: PropertyKey[]; message: string }[] }).issues ?? [];
  return issue ? `${issue.path.join('.') || 'body'}: ${issue.message}` : errorMessage;
}

const errorMessage = 'The body is not what this request takes.';
