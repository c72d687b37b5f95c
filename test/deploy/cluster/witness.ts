import { randomBytes } from 'node:crypto';
import type { Device, Person } from '../../harness/people.ts';

/** Between one log-in and the next. */
const everyMs = 300;

export interface Testimony {
  logIns: number;
  /** What a log-in, or asking for a code, was answered in place of success, and when (ms since the begin). */
  failures: string[];
  /** The longest that any of the devices was not connected. */
  longestOfflineMs: number;
}

/** Sees a replacement with the eyes of people: of those who log in meanwhile, ask for a code, or are connected. */
export class Witness {
  readonly #gateUrl: string;
  readonly #people: Person[];
  readonly #begun = performance.now();
  readonly #failures: string[] = [];
  readonly #offline = new Map<Device, number>();
  readonly #stops: (() => void)[] = [];
  #logIns = 0;
  #longestOfflineMs = 0;
  #stopped = false;
  readonly #asking: Promise<unknown>;

  /** `people`: who logs in, in turn, so that nobody does so too often. */
  constructor(gateUrl: string, people: Person[], devices: Device[]) {
    this.#gateUrl = gateUrl;
    this.#people = people;
    for (const device of devices) {
      this.#note(device);
      this.#stops.push(device.client.on('state', () => this.#note(device)));
    }
    this.#asking = Promise.all([this.#logIn(), this.#askForCodes()]);
  }

  async stop(): Promise<Testimony> {
    this.#stopped = true;
    await this.#asking;
    for (const stop of this.#stops) stop();
    for (const since of this.#offline.values()) this.#wasOffline(since);
    return { logIns: this.#logIns, failures: this.#failures, longestOfflineMs: this.#longestOfflineMs };
  }

  async #logIn(): Promise<void> {
    for (let index = 0; !this.#stopped; index++) {
      const { email, password } = this.#people[index % this.#people.length]!;
      await this.#post('/v1/sessions', { email, password });
      this.#logIns++;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  async #askForCodes(): Promise<void> {
    while (!this.#stopped) {
      await this.#post('/v1/codes', {
        email: `${randomBytes(6).toString('hex')}@example.org`,
        purpose: 'register',
      });
      await new Promise((resolve) => setTimeout(resolve, 4 * everyMs));
    }
  }

  /** As a client does: once more when the connection was lost before the answer began. */
  async #post(path: string, body: object): Promise<void> {
    const begun = performance.now();
    let answer = 'no answer';
    for (let attempt = 1; attempt <= 2; attempt++) {
      try {
        const response = await fetch(this.#gateUrl + path, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          signal: AbortSignal.timeout(10_000),
        });
        const text = await response.text();
        if (response.ok) return;
        answer = `${response.status} ${text.slice(0, 120)}`;
        break;
      } catch (error) {
        answer = String((error as Error).cause ?? error);
      }
    }
    const at = Math.round(begun - this.#begun);
    this.#failures.push(`${path} at ${at} ms, after ${Math.round(performance.now() - begun)} ms: ${answer}`);
  }

  #note(device: Device): void {
    const since = this.#offline.get(device);
    if (device.client.state.kind === 'online') {
      if (since !== undefined) this.#wasOffline(since);
      this.#offline.delete(device);
    } else if (since === undefined) this.#offline.set(device, performance.now());
  }

  #wasOffline(since: number): void {
    this.#longestOfflineMs = Math.max(this.#longestOfflineMs, Math.round(performance.now() - since));
  }
}
