import type { CloseReason, Profile } from '@berth/wire';
import type { Connection, FrameSink } from '../connection/connection.ts';
import type { Session } from '../session.ts';
import type { Dialect, Farewell } from './dialect.ts';

/** Whoever opened a session is told once when it is over. */
export interface SessionKeeper {
  ended(session: LiveSession): void;
}

export interface LiveSessionOptions {
  id: string;
  user: number;
  deviceClass: string;
  generation: number;
  profile: Profile;
  connection: Connection;
  dialect: Dialect;
  keeper: SessionKeeper;
}

/** A session on this node: what hears its connection, and what pushes to it. */
export class LiveSession implements Session, FrameSink {
  readonly id: string;
  readonly user: number;
  readonly deviceClass: string;
  readonly generation: number;
  profile: Profile;
  readonly connection: Connection;
  readonly dialect: Dialect;
  readonly #keeper: SessionKeeper;
  /** Of its route, microseconds; 0 until the route is claimed. */
  epoch = 0;
  /** Conversations that the index has it under. */
  conversations: number[] = [];
  /** False until its log-in is answered; what is pushed before is read by its resume. */
  ready = false;

  constructor(options: LiveSessionOptions) {
    this.id = options.id;
    this.user = options.user;
    this.deviceClass = options.deviceClass;
    this.generation = options.generation;
    this.profile = options.profile;
    this.connection = options.connection;
    this.dialect = options.dialect;
    this.#keeper = options.keeper;
  }

  get probe(): Uint8Array | undefined {
    return this.dialect.probe;
  }

  push(frame: Uint8Array): void {
    if (this.ready) this.dialect.push(this, frame);
  }

  close(reason: CloseReason, details: Farewell = {}): void {
    this.connection.closeWith(reason, this.dialect.farewell(reason, details, this));
  }

  /** Tells the client to go; the connection stays open for its answers. */
  goAway(details: Farewell): void {
    const frame = this.dialect.farewell('goAway', details, this);
    if (frame !== undefined) this.connection.queue(frame);
  }

  onFrame(_connection: Connection, id: number, body: Uint8Array): void {
    this.dialect.onFrame(this, id, body);
  }

  onClosed(): void {
    this.dialect.onClosed(this);
    this.#keeper.ended(this);
  }

  farewell(reason: CloseReason): Uint8Array | undefined {
    return this.dialect.farewell(reason, {}, this);
  }
}
