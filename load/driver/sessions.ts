import { randomBytes } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as elapse } from 'node:timers/promises';
import { GateDoor } from './gate-door.ts';
import { Latencies } from './latencies.ts';
import type { LogFile } from './log-file.ts';
import { type OpenRoute, type Person, type Route, Session } from './session.ts';

export interface SessionsOptions extends Route {
  log: LogFile;
}

/** What all sessions do together. */
export interface Activity {
  /** Messages a second over all of them, in turn, whatever the server does; or so many in flight for each. */
  loop: { kind: 'open'; perSecond: number } | { kind: 'closed'; inFlight: number };
  /** Before what is measured. */
  warmSeconds: number;
  seconds: number;
  textBytes: number;
  /** So long after the measured time began all connections are cut at once, and come back as fast as they can. */
  cutAfterSeconds?: number;
}

export interface ActivityReport {
  /** Of the measured time: messages that were due in it. */
  due: number;
  acknowledged: number;
  delivered: number;
  /** Not acknowledged, or not come, when the wait for them was over. */
  missing: number;
  refused: number;
  /** How often the server, or silence, has ended one that it should not have. */
  dropped: number;
  seconds: number;
  /** `Latencies` from when a message was due until it was acknowledged, and until the other one had it. */
  acknowledgedIn: string;
  deliveredIn: string;
  /** The same until it was sent: how late the driver itself was. */
  sentIn: string;
  /** From the cut until a session was back with all that it had missed; and how many were not when the wait was over. */
  backIn: string;
  away: number;
  /** Cores that this process took, and the 99th percentile of how long its event loop was held up. */
  cores: number;
  loopP99Ms: number;
}

/** At most so long after the end what is on its way is waited for. */
const drainMs = 15_000;
/** The same for who has been cut. */
const returnMs = 900_000;
/** One that is refused when it comes first tries again so long. */
const enterMs = 60_000;
/** Sessions that log in at a time. */
const loginsAtATime = 32;

interface Flight {
  dueMs: number;
  /** Whether it was due in the measured time. */
  isMeasured: boolean;
  /** Acknowledgement and delivery. */
  awaited: number;
}

/** Sessions of one process: held, added, let go, cut, and made to talk. */
export class Sessions {
  readonly #log: LogFile;
  readonly #route: OpenRoute;
  readonly #sessions: Session[] = [];
  /** By cid. */
  readonly #flights = new Map<string, Flight>();
  readonly #run = randomBytes(4).toString('hex');
  #sent = 0;
  #refused = 0;
  #dropped = 0;
  /** In a closed loop: sends the next of a session. */
  #acknowledged: ((session: Session) => void) | undefined;
  #running = newCounts();

  constructor(options: SessionsOptions) {
    const { log, gateUrl: _, ...route } = options;
    this.#log = log;
    this.#route = { ...route, door: new GateDoor(options) };
  }

  get count(): number {
    return this.#sessions.length;
  }

  /** Logs them in; throws when one cannot. Those of one conversation come one after the other. */
  async add(people: Person[]): Promise<void> {
    const added = people.map((person) => this.#create(person));
    await each(added, loginsAtATime, (session) => session.comeBack(performance.now() + enterMs));
    this.#sessions.push(...added);
  }

  /** Lets the last go until `count` are left. */
  keep(count: number): void {
    for (const session of this.#sessions.splice(count)) session.end();
  }

  async act(activity: Activity): Promise<ActivityReport> {
    const { loop, warmSeconds, seconds, cutAfterSeconds } = activity;
    const text = 'x'.repeat(activity.textBytes);
    const begins = performance.now();
    const measuredFrom = begins + warmSeconds * 1_000;
    const ends = measuredFrom + seconds * 1_000;
    this.#running = newCounts();
    this.#flights.clear();
    this.#refused = 0;
    const counts = this.#running;
    const send = (session: Session, dueMs: number) => {
      const isMeasured = dueMs >= measuredFrom && dueMs < ends;
      if (isMeasured) {
        counts.due++;
        counts.sentIn.recordSince(dueMs);
      }
      this.#send(session, text, { dueMs, isMeasured, awaited: 2 });
    };
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    let usage = process.cpuUsage();
    const measuring = setTimeout(() => {
      usage = process.cpuUsage();
    }, warmSeconds * 1_000);
    const cutting =
      cutAfterSeconds === undefined
        ? undefined
        : elapse((warmSeconds + cutAfterSeconds) * 1_000).then(() => this.#cutAll(counts));
    if (loop.kind === 'open') await this.#pace(loop.perSecond, begins, ends, send);
    else {
      this.#acknowledged = (session) => performance.now() < ends && send(session, performance.now());
      for (const session of this.#sessions)
        for (let flight = 0; flight < loop.inFlight; flight++) send(session, performance.now());
      await elapse(Math.max(0, ends - performance.now()));
      this.#acknowledged = undefined;
    }
    clearTimeout(measuring);
    const { user, system } = process.cpuUsage(usage);
    delay.disable();
    await cutting;
    const until = performance.now() + drainMs;
    while (this.#flights.size > 0 && performance.now() < until) await elapse(20);
    this.#log.flush();
    return {
      ...{ due: counts.due, acknowledged: counts.acknowledgedIn.count, delivered: counts.deliveredIn.count },
      ...{ missing: this.#flights.size, refused: this.#refused, dropped: this.#dropped, seconds },
      acknowledgedIn: String(counts.acknowledgedIn),
      deliveredIn: String(counts.deliveredIn),
      sentIn: String(counts.sentIn),
      ...{ backIn: String(counts.backIn), away: counts.away },
      cores: (user + system) / 1e6 / seconds,
      loopP99Ms: delay.percentile(99) / 1e6,
    };
  }

  /** Cuts all at once and lets them come back, many at a time. */
  async #cutAll(counts: ReturnType<typeof newCounts>): Promise<void> {
    const cutAt = performance.now();
    for (const session of this.#sessions) session.cut();
    await each(this.#sessions, 2 * loginsAtATime, async (session) => {
      try {
        await session.comeBack(cutAt + returnMs);
        counts.backIn.recordSince(cutAt);
      } catch {
        counts.away++;
      }
    });
  }

  /** Sends each when it is due, or at once when that has passed: a slow server gets no less to do. */
  async #pace(
    perSecond: number,
    begins: number,
    ends: number,
    send: (session: Session, dueMs: number) => void,
  ): Promise<void> {
    const gapMs = perSecond > 0 ? 1_000 / perSecond : Number.POSITIVE_INFINITY;
    for (let sent = 0; ; ) {
      const dueMs = begins + (sent === 0 ? 0 : sent * gapMs);
      if (perSecond === 0 || dueMs >= ends) return elapse(Math.max(0, ends - performance.now()));
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await elapse(waitMs);
      else send(this.#sessions[sent++ % this.count]!, dueMs);
    }
  }

  #send(session: Session, text: string, flight: Flight): void {
    const cid = `${this.#run}${(this.#sent++).toString(36)}`;
    this.#flights.set(cid, flight);
    session.send(cid, text);
  }

  #create(person: Person): Session {
    const session: Session = new Session(person, this.#route, this.#log.of(person.user), {
      acknowledged: (cid) => {
        this.#arrived(cid, this.#running.acknowledgedIn);
        this.#acknowledged?.(session);
      },
      delivered: (cid) => this.#arrived(cid, this.#running.deliveredIn),
      refused: () => {
        this.#refused++;
      },
      dropped: () => {
        this.#dropped++;
        // As a client does; that it was gone is told.
        session.comeBack(performance.now() + enterMs).catch(() => {});
      },
    });
    return session;
  }

  #arrived(cid: string, latencies: Latencies): void {
    const flight = this.#flights.get(cid);
    if (!flight) return;
    if (flight.isMeasured) latencies.recordSince(flight.dueMs);
    if (--flight.awaited === 0) this.#flights.delete(cid);
  }
}

/** Does it for each in turn, so many at a time. */
async function each<T>(items: T[], atATime: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const loop = async () => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(atATime, items.length) }, loop));
}

const newCounts = () => ({
  due: 0,
  away: 0,
  acknowledgedIn: new Latencies(),
  deliveredIn: new Latencies(),
  sentIn: new Latencies(),
  backIn: new Latencies(),
});
