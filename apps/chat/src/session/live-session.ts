import type { Berth, CloseReason, Profile, WireError } from '@berth/wire';
import type { Session } from '../context.ts';
import type { FileLines } from '../log/file-lines.ts';
import { isChangeFrame, oldFrame } from '../log/old-lines.ts';
import type { ClientConnection, FrameSink } from './client-connection.ts';
import { type FrameRun, isEntry } from './frame-run.ts';

/** What may be said besides the reason when a connection is closed. */
export interface Farewell {
  retryAfterMs?: number;
  /** Where to go instead. */
  berth?: Berth;
  /** Why it is told to go away. */
  goAway?: 'drain' | 'shutdown' | 'rebalance';
  /** When a client that moves connects to `berth`, and until when it is served here. */
  startAfterMs?: number;
  leaveWithinMs?: number;
  /** Where the session lives now. */
  node?: string;
  /** So many sessions of its device class may live: others were used more lately. */
  limit?: number;
  error?: WireError;
}

/** A language of frames. The first frame of a connection decides which one it speaks; no other part knows. */
export interface Dialect {
  /** Its clients cannot bear another session of their user and device class: a second log-in ends the first. */
  readonly isSingle: boolean;
  accepts(id: number): boolean;
  /** The first frame of a connection on which nobody has logged in; a later one waits until the log-in is done. */
  onStranger(connection: ClientConnection, id: number, body: Uint8Array): void;
  /** A frame of a session. */
  onFrame(session: LiveSession, id: number, body: Uint8Array): void;
  /** Says to a session what a push frame of the Berth dialect says. */
  push(session: LiveSession, frame: Uint8Array): void;
  /** Says what became of a message by a change that is no line, to a session that is not told changes. */
  pushChange(session: LiveSession, frame: Uint8Array): void;
  /** The same as `push` of frames one behind the other. */
  pushRun(session: LiveSession, run: FrameRun): void;
  /** The frame that tells why a connection closes; undefined: nothing is said. */
  farewell(reason: CloseReason, details: Farewell, session: LiveSession | undefined): Uint8Array | undefined;
  /** Closes a session's connection, and says why. */
  close(session: LiveSession, reason: CloseReason, details: Farewell): void;
  /** Asks an idle client whether it is there; undefined: it is not asked. */
  readonly probe: Uint8Array | undefined;
  /** Whether silence of this session is no sign that its client is gone. */
  mayBeSilent(session: LiveSession): boolean;
  /** A session of this dialect is over. */
  onClosed(session: LiveSession): void;
}

/** What a session that was told to go tells of its end. */
export interface SessionDeparture {
  /** It lives elsewhere now. True: its client has time to leave by itself. */
  arrived(): boolean;
  ended(): void;
}

/** Whoever opened a session is told once when it is over. */
export interface SessionKeeper {
  ended(session: LiveSession): void;
}

export interface LiveSessionOptions {
  id: string;
  user: number;
  deviceClass: string;
  maxOfClass: number;
  generation: number;
  profile: Profile;
  connection: ClientConnection;
  dialect: Dialect;
  keeper: SessionKeeper;
  fileLines: FileLines;
}

/** A session on this node: what hears its connection, and what pushes to it. */
export class LiveSession implements Session, FrameSink {
  readonly id: string;
  readonly user: number;
  readonly deviceClass: string;
  /** Sessions of its user and device class that may live at once, this one included. */
  readonly maxOfClass: number;
  readonly generation: number;
  profile: Profile;
  readonly connection: ClientConnection;
  readonly dialect: Dialect;
  readonly #keeper: SessionKeeper;
  readonly #fileLines: FileLines;
  entries = false;
  files = false;
  changes = false;
  /** Its client connects to its next berth before it leaves this one. */
  moves = false;
  /** Set while it has been told to go; and how often it was told. */
  departure: SessionDeparture | undefined;
  tellings = 0;
  /** It hears what it caused itself, too. */
  hearsOwn = false;
  echo = true;
  /** Of its route, microseconds; 0 until the route is claimed. */
  epoch = 0;
  /** When its user did something last, milliseconds by the registry's clock; and when its route was told, 0 until the first use. */
  activeMs = 0;
  activeToldMs = 0;
  /** Conversations that the index has it under. */
  conversations: number[] = [];
  /** False until its log-in is answered; what is pushed before is read by its resume. */
  ready = false;

  constructor(options: LiveSessionOptions) {
    this.id = options.id;
    this.user = options.user;
    this.deviceClass = options.deviceClass;
    this.maxOfClass = options.maxOfClass;
    this.generation = options.generation;
    this.profile = options.profile;
    this.connection = options.connection;
    this.dialect = options.dialect;
    this.#keeper = options.keeper;
    this.#fileLines = options.fileLines;
  }

  get probe(): Uint8Array | undefined {
    return this.dialect.probe;
  }

  get mayBeSilent(): boolean {
    return this.dialect.mayBeSilent(this);
  }

  push(frame: Uint8Array): void {
    if (!this.ready || (!this.entries && isEntry(frame))) return;
    const shown = this.changes || !isChangeFrame(frame) ? frame : oldFrame(frame);
    if (shown === undefined) this.dialect.pushChange(this, frame);
    else this.dialect.push(this, this.files ? shown : this.#fileLines.frame(shown));
  }

  pushRun(run: FrameRun): void {
    if (!this.ready) return;
    const isKnown =
      (this.entries || !run.hasEntries) && (this.files || !run.hasFiles) && (this.changes || !run.hasChanges);
    if (isKnown) this.dialect.pushRun(this, run);
    else for (const frame of run.frames) this.push(frame);
  }

  close(reason: CloseReason, details: Farewell = {}): void {
    if (reason === 'moved' && this.departure?.arrived()) return;
    this.dialect.close(this, reason, details);
  }

  /** Another connection to this node has its place: it is not served on while it moves, since nobody would find it any more. */
  replaced(): void {
    this.dialect.close(this, 'moved', {});
  }

  /** Tells the client to go; the connection stays open for its answers. */
  goAway(details: Farewell): void {
    const frame = this.dialect.farewell('goAway', details, this);
    if (frame !== undefined) this.connection.queue(frame);
  }

  onFrame(_connection: ClientConnection, id: number, body: Uint8Array): void {
    this.dialect.onFrame(this, id, body);
  }

  onClosed(): void {
    this.departure?.ended();
    this.dialect.onClosed(this);
    this.#keeper.ended(this);
  }

  farewell(reason: CloseReason): Uint8Array | undefined {
    return this.dialect.farewell(reason, {}, this);
  }
}
