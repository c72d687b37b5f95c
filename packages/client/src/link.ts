import { type Answers, type Berth, BerthError, closeCodes, mayReconnect, type Pushes } from '@berth/wire';
import { reconnectDelayMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import { Connection, type NodeConnection } from './connection.ts';
import type { ConnectionState, WebSocketConstructor } from './types.ts';

export interface LinkHooks {
  /** A place on a node: rejects with BerthError; `unauthenticated` and `session_ended` end the link. */
  placeBerth(avoid: string[]): Promise<Berth>;
  state(state: ConnectionState): void;
  /** The node knows the user: what was missed is to be asked for, at once. A rejection ends this connection. */
  greeted(connection: NodeConnection, hello: Answers['hello']): Promise<void>;
  push(name: keyof Pushes, body: unknown): void;
  /** The connection that was greeted is gone. */
  lost(): void;
  fault(error: Error): void;
}

export interface LinkOptions {
  WebSocket: WebSocketConstructor;
  clock: Clock;
  random: () => number;
  device: { name?: string | undefined; platform?: string | undefined };
  /** Whether attachments are shown. */
  files: boolean;
  /** Several tabs go through it: what one of them does, the others are to hear. Default: false. */
  isShared?: boolean;
  hooks: LinkHooks;
}

/** From `connect()` to its end. */
interface Run {
  stopped: boolean;
  /** Ends a wait. */
  wake: () => void;
}

/** How a connection ended. */
interface Ending {
  code: number;
  /** Of the hello that was refused. */
  error?: BerthError;
  node?: string;
  goAway?: Pushes['goAway'];
  kicked?: Pushes['kicked'];
  moved?: boolean;
  /** Its hello was answered. */
  greeted?: boolean;
}

/** Opening, and then the answer to hello, may take this long each. */
const stepTimeoutMs = 10_000;
const goodbyeTimeoutMs = 1_000;
/** A ticket lasts 15 s; one that was kept longer than this is left for a new one. */
const freshTicketMs = 10_000;
/** A node that sends the client away sooner than this does not get it on to the next one at once. */
const restlessMs = 1_000;
/** A connection that lived so long was healthy: the back-off begins anew. */
const healthyMs = 10_000;
/** Moved away twice within this time: another client uses the same session, and the two must not fight for it. */
const fightMs = 60_000;
/** Once it has resumed elsewhere, a client waits so long for answers on the connection that it leaves. */
const leaveMs = 5_000;

/** What a client needs of whatever keeps it connected. */
export interface ClientLink {
  readonly state: ConnectionState;
  /** The connection whose hello was answered. */
  readonly connection: NodeConnection | undefined;
  /** Whether this process holds the connection; false: another tab does, for both. */
  readonly leads: boolean;
  /** Milliseconds since 1970 as the node tells them; undefined before one did. */
  platformNow(): number | undefined;
  /** A place in hand, for the next attempt if it comes soon. */
  offer(berth: Berth): void;
  /** Connects and stays so. While it does: as `wake()`. */
  connect(): void;
  /** Tries at once, or asks whether the node is still there. */
  wake(): void;
  /** Ends in `state`, with a goodbye when there is someone to say it to. */
  stop(state: ConnectionState, options?: { goodbye?: boolean }): Promise<void>;
}

/** Keeps one connection to whatever node there is a place on. */
export class Link implements ClientLink {
  readonly leads = true;
  readonly #options: LinkOptions;
  #state: ConnectionState = { kind: 'idle' };
  /** Those that are open or opening: more than one while moving. */
  readonly #connections = new Set<Connection>();
  #greeted: Connection | undefined;
  #platformOffsetMs: number | undefined;
  /** Of the run under way; a run that is stopped sees that it is no longer the current one. */
  #run: Run | undefined;
  #berthInHand: { berth: Berth; at: number } | undefined;
  #lastNode: string | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get connection(): Connection | undefined {
    return this.#greeted;
  }

  platformNow(): number | undefined {
    return this.#platformOffsetMs === undefined
      ? undefined
      : this.#options.clock.now() + this.#platformOffsetMs;
  }

  offer(berth: Berth): void {
    this.#berthInHand = { berth, at: this.#options.clock.now() };
  }

  connect(): void {
    if (this.#run) {
      this.wake();
      return;
    }
    const run = { stopped: false, wake: () => {} };
    this.#run = run;
    void this.#keepConnected(run);
  }

  async stop(state: ConnectionState, { goodbye = false } = {}): Promise<void> {
    const greeted = this.connection;
    const run = this.#run;
    this.#run = undefined;
    if (run) {
      run.stopped = true;
      run.wake();
    }
    const connections = [...this.#connections];
    if (goodbye && greeted) await greeted.request('goodbye', {}, goodbyeTimeoutMs).catch(() => {});
    for (const connection of connections) connection.drop();
    // Unless connect() was called while the goodbye was said.
    if (!this.#run) this.#setState(state);
  }

  wake(): void {
    if (this.connection) this.connection.probe(5_000);
    else this.#run?.wake();
  }

  #setState(state: ConnectionState): void {
    this.#state = state;
    this.#options.hooks.state(state);
  }

  async #keepConnected(run: Run): Promise<void> {
    const { clock, random, hooks } = this.#options;
    let attempt = 0;
    let avoid: string[] = [];
    let movedAt = Number.NEGATIVE_INFINITY;
    while (!run.stopped) {
      this.#setState({ kind: 'connecting', attempt });
      const begun = clock.now();
      let ending: Ending;
      try {
        ending = await this.#connectOnce(run, await this.#obtainBerth(avoid));
      } catch (thrown) {
        const error =
          thrown instanceof BerthError ? thrown : new BerthError('internal', undefined, { cause: thrown });
        if (!(thrown instanceof BerthError)) hooks.fault(error);
        ending = { code: 1006, error };
      }
      if (run.stopped) return;
      const lived = clock.now() - begun;
      if (ending.goAway?.berth) this.offer(ending.goAway.berth);
      if (ending.goAway?.berth && lived >= restlessMs) {
        attempt = 0;
        continue;
      }
      const terminal = terminalState(ending, clock.now() - movedAt < fightMs);
      if (terminal) {
        this.#run = undefined;
        return this.#setState(terminal);
      }
      if (ending.moved) movedAt = clock.now();
      if (lived >= healthyMs && !ending.error) attempt = 0;
      avoid = ending.node === undefined ? [] : [ending.node];
      const error = ending.error ?? new BerthError('unavailable', 'The connection was lost.');
      const retryAfterMs = ending.goAway?.retryAfterMs ?? ending.error?.retryAfterMs;
      const delay = mayReconnect(ending.code)
        ? reconnectDelayMs(attempt, random, retryAfterMs)
        : Number.POSITIVE_INFINITY;
      attempt++;
      this.#setState({ kind: 'offline', retryAt: clock.now() + delay, error });
      await this.#sleep(run, delay);
    }
  }

  async #obtainBerth(avoid: string[]): Promise<Berth> {
    const { clock, hooks } = this.#options;
    const inHand = this.#berthInHand;
    this.#berthInHand = undefined;
    if (inHand && clock.now() - inHand.at < freshTicketMs) return inHand.berth;
    try {
      return await hooks.placeBerth(avoid);
    } catch (error) {
      // The node that was lost may be the only one there is.
      if (avoid.length > 0 && error instanceof BerthError && error.code === 'no_berth')
        return hooks.placeBerth([]);
      throw error;
    }
  }

  /**
   * One connection from its opening to its end, or to that of the last one to which it moved. `former`: the one that is
   * left once this one has resumed. Never rejects.
   */
  #connectOnce(run: Run, berth: Berth, former?: Connection): Promise<Ending> {
    const { clock, hooks, device, files, isShared = false } = this.#options;
    if (run.stopped) return Promise.resolve({ code: 1006 });
    return new Promise((resolve) => {
      const ending: Ending = { code: 1006, node: berth.node };
      let next: Promise<Ending> | undefined;
      const isOver = () => terminalState(ending, false) !== undefined;
      // Or the connection is gone.
      const { promise: greeted, resolve: greetedOrGone } = Promise.withResolvers<void>();
      const move = ({ berth: to, startAfterMs = 0 }: Pushes['goAway']) => {
        next ??= greeted
          .then(() => (startAfterMs > 0 && !connection.closed ? this.#sleep(run, startAfterMs) : undefined))
          .then(() => (isOver() ? ending : this.#connectOnce(run, to!, connection)))
          .then((last) => {
            // It did not get there: as long as it is served here, it may be told of another place.
            if (!last.greeted) next = undefined;
            return last;
          });
      };
      const refuse = (error: unknown) => {
        if (error instanceof BerthError) ending.error = error;
        connection.drop();
      };
      const connection: Connection = new Connection(berth.url, {
        ...this.#options,
        hooks: {
          opened: () => {
            clock.clearTimeout(timer);
            connection
              .request(
                'hello',
                {
                  ...{ token: berth.ticket, entries: true, changes: true, moves: true, device },
                  ...(files && { files }),
                  // The answer goes to the tab that sent; others that share the connection hear of it by the echo alone.
                  ...(isShared ? { own: true } : { echo: false }),
                },
                stepTimeoutMs,
              )
              .then(async (hello) => {
                if (connection.closed || run.stopped) return;
                ending.greeted = true;
                greetedOrGone();
                await this.#greet(connection, hello);
                former?.leave(leaveMs);
              })
              .catch(refuse);
          },
          push: (name, body) => {
            const goAway = name === 'goAway' ? (body as Pushes['goAway']) : undefined;
            // Only to whom it has greeted, which is yet to be taken up where both came in one read.
            if (goAway?.berth && goAway.leaveWithinMs) return move(goAway);
            if (goAway) ending.goAway = goAway;
            else if (name === 'kicked') ending.kicked = body as Pushes['kicked'];
            else if (name === 'moved') ending.moved = true;
            else return hooks.push(name, body);
            connection.drop();
          },
          closed: (code) => {
            clock.clearTimeout(timer);
            ending.code = code;
            ending.moved ||= code === closeCodes.moved.code;
            this.#connections.delete(connection);
            greetedOrGone();
            if (ending.greeted) former?.drop();
            const isCurrent = this.#greeted === connection;
            if (isCurrent) {
              this.#greeted = undefined;
              hooks.lost();
            }
            if (!next) return resolve(ending);
            // Another one has taken the place: to arrive elsewhere would take it back.
            if (isOver()) for (const other of this.#connections) if (other !== this.#greeted) other.drop();
            // Gone before the next one was reached.
            if (isCurrent && !run.stopped) this.#setState({ kind: 'connecting', attempt: 0 });
            run.wake();
            void next.then((last) => resolve(last.greeted ? last : ending));
          },
          doubted: (isDoubted) => {
            if (this.#greeted !== connection) return;
            this.#setState(
              isDoubted ? { kind: 'connecting', attempt: 0 } : { kind: 'online', node: berth.node },
            );
          },
          time: (platformMs) => {
            this.#platformOffsetMs = platformMs - clock.now();
          },
          fault: hooks.fault,
        },
      });
      this.#connections.add(connection);
      const timer = clock.setTimeout(() => {
        ending.error = new BerthError('unavailable', 'The chat node does not answer.');
        connection.drop();
      }, stepTimeoutMs);
    });
  }

  async #greet(connection: Connection, hello: Answers['hello']): Promise<void> {
    this.#platformOffsetMs = hello.now - this.#options.clock.now();
    connection.keepAlive(hello.heartbeatMs, hello.deadMs);
    const movedFrom =
      this.#lastNode !== undefined && this.#lastNode !== hello.node ? { movedFrom: this.#lastNode } : {};
    this.#lastNode = hello.node;
    // Resume comes before anything that a listener of the state may ask.
    const greeting = this.#options.hooks.greeted(connection, hello);
    this.#greeted = connection;
    this.#setState({ kind: 'online', node: hello.node, ...movedFrom });
    await greeting;
  }

  #sleep(run: Run, ms: number): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const timer = Number.isFinite(ms) ? clock.setTimeout(resolve, ms) : undefined;
      run.wake = () => {
        if (timer !== undefined) clock.clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The state in which no more attempts are made; undefined when they are. */
function terminalState(ending: Ending, movedLately: boolean): ConnectionState | undefined {
  const { code, kicked, error } = ending;
  const ended =
    kicked?.reason === 'session-ended' ||
    code === closeCodes.sessionEnded.code ||
    error?.code === 'session_ended' ||
    // From gate; a node means the ticket alone.
    (error?.code === 'unauthenticated' && ending.node === undefined);
  if (ended) return { kind: 'ended', reason: 'session-ended' };
  if (kicked || code === closeCodes.kicked.code) {
    const { device, limit } = kicked ?? {};
    const reason = limit === undefined ? 'other-session' : 'device-limit';
    return { kind: 'kicked', reason, ...(device && { device }), ...(limit && { limit }) };
  }
  if (ending.moved && movedLately) return { kind: 'kicked', reason: 'elsewhere' };
  return undefined;
}
