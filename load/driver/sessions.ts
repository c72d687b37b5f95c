import { randomBytes } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout as elapse } from 'node:timers/promises';
import { answerId, frameIds } from '@berth/wire';
import { Latencies } from './latencies.ts';
import { type Link, openLink } from './link.ts';
import type { LogFile } from './log-file.ts';
import { Recorder } from './recorder.ts';

/** Someone with a session, and the conversation with the one beside them in the list. */
export interface Person {
  user: number;
  token: string;
  conversation: number;
}

export interface SessionsOptions {
  gateUrl: string;
  log: LogFile;
  /** See `Target`. */
  localAddress?: string;
}

/** What all sessions do together. */
export interface Activity {
  /** Messages a second over all of them, in turn, whatever the server does; or so many in flight for each. */
  loop: { kind: 'open'; perSecond: number } | { kind: 'closed'; inFlight: number };
  /** Before what is measured. */
  warmSeconds: number;
  seconds: number;
  textBytes: number;
}

export interface ActivityReport {
  /** Of the measured time: messages that were due in it. */
  due: number;
  acknowledged: number;
  delivered: number;
  /** Not acknowledged, or not come, when the wait for them was over. */
  missing: number;
  refused: number;
  /** Sessions that the server has ended; they are of no more use. */
  dropped: number;
  seconds: number;
  /** `Latencies` from when a message was due until it was acknowledged, and until the other one had it. */
  acknowledgedIn: string;
  deliveredIn: string;
  /** The same until it was sent: how late the driver itself was. */
  sentIn: string;
  /** Cores that this process took, and the 99th percentile of how long its event loop was held up. */
  cores: number;
  loopP99Ms: number;
}

/** At most so long after the end what is on its way is waited for. */
const drainMs = 15_000;
/** Sessions that log in at a time. */
const loginsAtATime = 32;

interface Flight {
  dueMs: number;
  /** Whether it was due in the measured time. */
  isMeasured: boolean;
  /** Acknowledgement and delivery. */
  awaited: number;
}

/** Sessions of one process: held, added, let go, and made to talk. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #people: Person[] = [];
  readonly #links: Link[] = [];
  readonly #recorders: Recorder[] = [];
  /** By cid. */
  readonly #flights = new Map<string, Flight>();
  readonly #run = randomBytes(4).toString('hex');
  #sent = 0;
  #refused = 0;
  #dropped = 0;
  #letGo = 0;
  /** In a closed loop: sends the next of a session. */
  #acknowledged: ((index: number) => void) | undefined;
  #running = newCounts();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#links.length;
  }

  /** Logs them in; throws when one cannot. Those of one conversation come one after the other. */
  async add(people: Person[]): Promise<void> {
    const first = this.count;
    let next = 0;
    const logIn = async () => {
      for (let at = next++; at < people.length; at = next++) {
        const index = first + at;
        this.#people[index] = people[at]!;
        this.#links[index] = await this.#open(people[at]!, index);
      }
    };
    await Promise.all(Array.from({ length: loginsAtATime }, logIn));
  }

  /** Lets the last go until `count` are left. */
  keep(count: number): void {
    const gone = this.#links.splice(count);
    this.#letGo += gone.length;
    for (const link of gone) link.close();
    this.#people.splice(count);
    this.#recorders.splice(count);
  }

  async act(activity: Activity): Promise<ActivityReport> {
    const { loop, warmSeconds, seconds } = activity;
    const text = 'x'.repeat(activity.textBytes);
    const begins = performance.now();
    const measuredFrom = begins + warmSeconds * 1_000;
    const ends = measuredFrom + seconds * 1_000;
    this.#running = newCounts();
    this.#flights.clear();
    this.#refused = 0;
    const counts = this.#running;
    const send = (index: number, dueMs: number) => {
      const isMeasured = dueMs >= measuredFrom && dueMs < ends;
      if (isMeasured) {
        counts.due++;
        counts.sentIn.recordSince(dueMs);
      }
      this.#send(index, text, { dueMs, isMeasured, awaited: 2 });
    };
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    let usage = process.cpuUsage();
    const measuring = setTimeout(() => {
      usage = process.cpuUsage();
    }, warmSeconds * 1_000);
    if (loop.kind === 'open') await this.#pace(loop.perSecond, begins, ends, send);
    else {
      this.#acknowledged = (index) => performance.now() < ends && send(index, performance.now());
      for (let index = 0; index < this.count; index++)
        for (let flight = 0; flight < loop.inFlight; flight++) send(index, performance.now());
      await elapse(Math.max(0, ends - performance.now()));
      this.#acknowledged = undefined;
    }
    clearTimeout(measuring);
    const { user, system } = process.cpuUsage(usage);
    delay.disable();
    const until = performance.now() + drainMs;
    while (this.#flights.size > 0 && this.#dropped === 0 && performance.now() < until) await elapse(20);
    this.#options.log.flush();
    return {
      ...{ due: counts.due, acknowledged: counts.acknowledgedIn.count, delivered: counts.deliveredIn.count },
      ...{ missing: this.#flights.size, refused: this.#refused, dropped: this.#dropped, seconds },
      acknowledgedIn: String(counts.acknowledgedIn),
      deliveredIn: String(counts.deliveredIn),
      sentIn: String(counts.sentIn),
      cores: (user + system) / 1e6 / seconds,
      loopP99Ms: delay.percentile(99) / 1e6,
    };
  }

  /** Sends each when it is due, or at once when that has passed: a slow server gets no less to do. */
  async #pace(
    perSecond: number,
    begins: number,
    ends: number,
    send: (index: number, dueMs: number) => void,
  ): Promise<void> {
    const gapMs = 1_000 / perSecond;
    for (let sent = 0; ; ) {
      const dueMs = begins + sent * gapMs;
      if (dueMs >= ends) return elapse(Math.max(0, ends - performance.now()));
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await elapse(waitMs);
      else send(sent++ % this.count, dueMs);
    }
  }

  #send(index: number, text: string, flight: Flight): void {
    const { conversation } = this.#people[index]!;
    const cid = `${this.#run}${(this.#sent++).toString(36)}`;
    this.#flights.set(cid, flight);
    const recorder = this.#recorders[index]!;
    const req = this.#links[index]!.send(cid, text);
    recorder.expect(req, { conversation, cid, text });
  }

  async #open({ user, token, conversation }: Person, index: number): Promise<Link> {
    const { gateUrl, localAddress, log } = this.#options;
    const response = await fetch(`${gateUrl}/v1/berths`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
      signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok) throw new Error(`POST /v1/berths: ${response.status} ${await response.text()}`);
    const { berth } = (await response.json()) as { berth: { url: string; ticket: string } };
    const events = log.of(user);
    const acknowledged = (cid: string) => {
      this.#arrived(cid, this.#running.acknowledgedIn);
      this.#acknowledged?.(index);
    };
    this.#recorders[index] = new Recorder(
      {
        ...events,
        acked: (of, cid, seq) => {
          events.acked(of, cid, seq);
          acknowledged(cid);
        },
        delivered: (message) => {
          events.delivered(message);
          if (message.sender !== user) this.#arrived(message.cid, this.#running.deliveredIn);
        },
      },
      () => {
        this.#refused++;
      },
    );
    return openLink(
      { kind: 'berth', url: berth.url, ticket: berth.ticket, conversation, localAddress },
      {
        acknowledged: () => {},
        delivered: () => {},
        frame: (id, body) => {
          if (id === frameIds.deliver || id === answerId(frameIds.send))
            this.#recorders[index]?.record(id, body);
        },
        closed: () => {
          if (this.#letGo > 0) this.#letGo--;
          else this.#dropped++;
        },
      },
    );
  }

  #arrived(cid: string, latencies: Latencies): void {
    const flight = this.#flights.get(cid);
    if (!flight) return;
    if (flight.isMeasured) latencies.recordSince(flight.dueMs);
    if (--flight.awaited === 0) this.#flights.delete(cid);
  }
}

const newCounts = () => ({
  due: 0,
  acknowledgedIn: new Latencies(),
  deliveredIn: new Latencies(),
  sentIn: new Latencies(),
});
