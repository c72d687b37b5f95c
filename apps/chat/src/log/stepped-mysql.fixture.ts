import { Mysql, type MysqlConnection, type MysqlOptions } from '@berth/mysql';

/** A statement that waits on a lock lets the next one go after so long, in milliseconds. */
const blockedMs = 4;

/** Lets the statements of several clients go one at a time, in an order of its choosing. */
export class Steps {
  readonly #pick: (count: number) => number;
  #waiting: (() => void)[] = [];
  #arrived: (() => void) | undefined;
  /** False: nothing is held up. */
  isOn = false;

  constructor(pick: (count: number) => number) {
    this.#pick = pick;
  }

  /** Resolves when it is this statement's turn. */
  async take(): Promise<void> {
    if (!this.isOn) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.#arrived?.();
    await promise;
  }

  /** Runs the clients to their end. */
  async interleave<T>(clients: (() => Promise<T>)[]): Promise<PromiseSettledResult<T>[]> {
    this.isOn = true;
    let isOver = false;
    const all = Promise.allSettled(clients.map((client) => client())).finally(() => {
      isOver = true;
      this.#arrived?.();
    });
    while (!isOver) {
      const next = this.#waiting.splice(this.#pick(this.#waiting.length), 1)[0];
      next?.();
      await this.#something();
    }
    this.isOn = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
    return all;
  }

  async #something(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#arrived = resolve;
    const timer = setTimeout(resolve, blockedMs);
    await promise;
    clearTimeout(timer);
  }
}

/** A pool whose every statement waits for its step, and says what it is. */
export class SteppedMysql extends Mysql {
  readonly #steps: { take(sql: string): Promise<void> };

  constructor(options: MysqlOptions, steps: { take(sql: string): Promise<void> }) {
    super(options);
    this.#steps = steps;
  }

  override async acquire(): Promise<MysqlConnection> {
    const connection = await super.acquire();
    return new Proxy(connection, {
      get: (target, property) => {
        const value = Reflect.get(target, property, target);
        if (typeof value !== 'function') return value;
        if (property !== 'execute' && property !== 'query') return value.bind(target);
        return async (...args: unknown[]) => {
          const [statement] = args as [string | { sql: string }];
          await this.#steps.take(typeof statement === 'string' ? statement : statement.sql);
          return value.apply(target, args);
        };
      },
    });
  }
}
