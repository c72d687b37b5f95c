import type { TraceSpan } from '@berth/telemetry';
import type { TicketClaims } from '@berth/tokens';
import { BerthError, type CloseReason, toBerthError } from '@berth/wire';
import type { LiveQueries } from '../conversations/live-queries.ts';
import type { FileLines } from '../log/file-lines.ts';
import { TokenBucket } from '../rates/token-bucket.ts';
import { storeErrorOf } from '../stores/store-error.ts';
import type { ClientConnection } from './client-connection.ts';
import type { KnownEnds } from './known-ends.ts';
import { type Dialect, LiveSession, type SessionKeeper } from './live-session.ts';
import { PendingFrames } from './pending-frames.ts';
import type { SessionIndex } from './session-index.ts';
import { isReserved, type TicketDesk } from './ticket-desk.ts';

/** What a log-in asks of the parts that tell the rest of the fleet. */
export interface SessionWitness {
  /**
   * Makes the session the owner of its route; the previous owner is told. True: it lived on another node until now. Resolves
   * also when Redis is away.
   */
  claim(session: LiveSession): Promise<boolean>;
  /** Gives the route up, unless it is a newer one's. */
  release(session: LiveSession): void;
  /** Resolves when it is known outside which conversations this node wants. */
  settled(): Promise<void>;
  /** The user has the first session on this node, which others are told of unless it has moved; or lost the last. */
  userArrived(user: number, hasMoved: boolean): void;
  userLeft(user: number): void;
  /** The reservation of a ticket was used. */
  reservationUsed(reservation: string): void;
  /** The number of sessions moved. */
  countMoved(count: number): void;
}

export interface LogInOptions {
  desk: TicketDesk;
  index: SessionIndex;
  queries: LiveQueries;
  ends: Pick<KnownEnds, 'entering'>;
  witness: SessionWitness;
  /** Sessions at most. */
  capacity: number;
  /** Sessions of a user and device class that may live at once. */
  devicesPerClass: number;
  /** Log-ins per second, whoever signed the tickets. */
  helloRate: number;
  nowMs: () => number;
  fileLines: FileLines;
}

/** How a connection closes after its log-in failed. */
export function closeReasonOf(error: BerthError): CloseReason {
  switch (error.code) {
    case 'ticket_invalid':
    case 'unauthenticated':
      return 'ticketInvalid';
    case 'session_ended':
      return 'sessionEnded';
    case 'no_berth':
      return 'busy';
    case 'bad_request':
    case 'unknown_frame':
      return 'badFrame';
    default:
      return 'serverError';
  }
}

/** The span ends with the work, as the work does. */
async function traced<T>(span: TraceSpan, work: Promise<T>): Promise<T> {
  try {
    const result = await work;
    span.end();
    return result;
  } catch (error) {
    span.end(toBerthError(error).code);
    throw error;
  }
}

/** Turns a connection and a ticket into a session, and ends sessions. The same for every dialect. */
export class LogIn implements SessionKeeper {
  readonly #options: LogInOptions;
  readonly #bucket: TokenBucket;
  /** Sessions of the index that open on a reservation, which counts for them until it is told as used. */
  readonly #opening = new Set<LiveSession>();

  constructor(options: LogInOptions) {
    this.#options = options;
    this.#bucket = new TokenBucket(options.helloRate, Math.max(options.helloRate, 1), options.nowMs());
  }

  /** Sessions that the node is to be charged with: those that still open are charged by their reservations. */
  get reportedCount(): number {
    return this.#options.index.count - this.#opening.size;
  }

  /**
   * The session of the ticket, on this connection; what the client sent meanwhile is handed to it after `welcome`.
   * Throws BerthError, the connection still open unless the client left. `trace`: of the frame that asked for it.
   */
  async run(
    connection: ClientConnection,
    ticket: string,
    dialect: Dialect,
    welcome: (session: LiveSession) => void,
    trace?: TraceSpan,
  ): Promise<void> {
    const claims = this.#admit(ticket);
    const pending = new PendingFrames(dialect);
    connection.logInStarted(pending);
    const opening = this.#open(connection, claims, dialect);
    const session = await (trace === undefined ? opening : traced(trace.child('session.open'), opening));
    if (session === undefined) return;
    session.ready = true;
    connection.loggedIn(session);
    welcome(session);
    pending.replay(connection);
  }

  /** Takes a session out of everything; also called for one that never was opened in full. */
  ended(session: LiveSession): void {
    const { index, witness } = this.#options;
    if (!index.remove(session)) return;
    this.#opening.delete(session);
    witness.release(session);
    witness.countMoved(this.reportedCount);
    if (index.sessionsOf(session.user).length === 0) witness.userLeft(session.user);
  }

  /** Checks the ticket, and that there is room; only then the ticket counts as used. */
  #admit(ticket: string): TicketClaims {
    const { desk, index, capacity, nowMs } = this.#options;
    const claims = desk.check(ticket);
    if (index.count >= capacity)
      throw new BerthError('no_berth', 'This node is full.', { retryAfterMs: 1_000 });
    const token = this.#bucket.take(nowMs());
    if (!token.taken) throw new BerthError('no_berth', 'This node takes no more log-ins right now.', token);
    desk.use(ticket, claims);
    return claims;
  }

  /** Undefined when the client left meanwhile. */
  async #open(
    connection: ClientConnection,
    claims: TicketClaims,
    dialect: Dialect,
  ): Promise<LiveSession | undefined> {
    const { index, queries, ends, witness } = this.#options;
    const session = new LiveSession({
      id: claims.session,
      user: claims.user,
      deviceClass: claims.deviceClass,
      maxOfClass: dialect.isSingle ? 1 : this.#options.devicesPerClass,
      generation: claims.generation,
      profile: { id: claims.user, name: '', nick: '', description: '', sex: 0, icon: '' },
      connection,
      dialect,
      keeper: this,
      fileLines: this.#options.fileLines,
    });
    this.#replaceFormer(session);
    // Known before its conversations are read, so that a change of membership meanwhile is not missed.
    index.add(session);
    if (isReserved(claims.reservation)) this.#opening.add(session);
    let hasMoved: boolean;
    try {
      const [profile, listed, moved] = await Promise.all([
        queries.profileOf(session.user),
        queries.listedOf(session.user),
        witness.claim(session),
      ]);
      if (profile === undefined) throw new BerthError('session_ended', 'There is no such account.');
      // Behind the claim, so that the resume need not read the ends again: what is committed from here on is pushed here.
      const entered = ends.entering(listed);
      const memberships = await queries.membershipsAmong(session.user, listed.present);
      session.profile = profile;
      hasMoved = moved;
      if (connection.isOpen) {
        for (const membership of memberships) index.enter(session, membership);
        entered(session, memberships);
        await witness.settled();
      }
      if (!connection.isOpen) {
        this.ended(session);
        return undefined;
      }
    } catch (error) {
      this.ended(session);
      throw storeErrorOf(error);
    }
    this.#opening.delete(session);
    witness.reservationUsed(claims.reservation);
    witness.countMoved(this.reportedCount);
    if (index.sessionsOf(session.user).length === 1) witness.userArrived(session.user, hasMoved);
    return session;
  }

  /** What the session replaces on this node ends at once; of several of a class its route decides. */
  #replaceFormer(session: LiveSession): void {
    for (const other of [...this.#options.index.sessionsOf(session.user)]) {
      if (other.deviceClass !== session.deviceClass) continue;
      if (other.id === session.id) other.replaced();
      else if (session.maxOfClass === 1) other.close('kicked');
      else continue;
      this.ended(other);
    }
  }
}
