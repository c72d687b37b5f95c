import { createConnection } from 'node:net';
import { jittered } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';

export interface IsolationOptions {
  log: Log;
  isRegistryAway(): boolean;
  isRedisAway(): boolean;
  /** Rejects when MySQL does not answer. */
  askMysql(): Promise<unknown>;
  /** host:port of the other nodes; none in a fleet of one, which cannot tell its own loss from everybody's. */
  peers(): readonly string[];
  /** Nothing of the platform can be reached from here: what comes next is for the sessions to go elsewhere. */
  onIsolated(): void;
  onBack(): void;
  /** How often it is looked. Default 500 ms. */
  lookMs?: number;
}

/** Whatever does not answer within this is away. */
const answerMs = 1_500;
/** A door that shuts at once is nobody's: a connection that is kept so long is one. */
const keptMs = 200;
/** Of a large fleet so many nodes are tried. */
const maxTried = 3;

/**
 * Notices that this node alone is cut off: the registry, Redis, MySQL and the other nodes are away together. When only the
 * stores are, they are so for every node, and people are best off where they are.
 */
export class Isolation {
  readonly #options: IsolationOptions;
  #isIsolated = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: IsolationOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setTimeout(
      () =>
        void this.#look().finally(() => {
          if (!this.#closed) this.start();
        }),
      jittered(this.#options.lookMs ?? 500),
    );
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    const { log, onIsolated, onBack } = this.#options;
    const isIsolated = await this.#isCutOff();
    if (isIsolated === this.#isIsolated || this.#closed) return;
    this.#isIsolated = isIsolated;
    if (isIsolated) {
      log.error('registry, Redis, MySQL and every other node are away: sending sessions elsewhere');
      onIsolated();
    } else onBack();
  }

  async #isCutOff(): Promise<boolean> {
    const { isRegistryAway, isRedisAway, askMysql, peers } = this.#options;
    const addresses = peers();
    if (addresses.length === 0 || !isRegistryAway() || !isRedisAway()) return false;
    const answers = await Promise.all([
      within(askMysql()),
      ...someOf(addresses).map((address) => within(reach(address))),
    ]);
    return !answers.includes(true) && isRegistryAway() && isRedisAway();
  }
}

/** Whether it is done in time. */
function within(asked: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), answerMs);
    asked
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(() => clearTimeout(timer));
  });
}

/** Resolves when somebody listens there and keeps the connection. */
function reach(address: string): Promise<void> {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  const socket = createConnection({ host, port: Number(port) });
  return new Promise<void>((resolve, reject) => {
    socket.setTimeout(answerMs, () => socket.destroy());
    socket.once('connect', () => setTimeout(resolve, keptMs));
    socket.on('error', () => {});
    socket.once('close', () => reject(new Error('shut')));
  }).finally(() => socket.destroy());
}

function someOf(addresses: readonly string[]): string[] {
  const first = Math.floor(Math.random() * addresses.length);
  return [...addresses.slice(first), ...addresses.slice(0, first)].slice(0, maxTried);
}
