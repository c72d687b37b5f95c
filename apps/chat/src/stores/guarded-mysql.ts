import { Circuit } from '@berth/lifecycle';
import { isConnectionBroken, isServerAway, type Mysql, type Tx } from '@berth/mysql';

/** Single statements, and transactions that are tried again after a deadlock. */
export type Database = Pick<Mysql, 'rows' | 'run' | 'transaction'>;

/**
 * MySQL behind a circuit: after three calls in a row that found it away, callers are told at once for a second, instead of
 * each waiting for its own deadline.
 */
export class GuardedMysql implements Database {
  readonly #mysql: Mysql;
  readonly #circuit = new Circuit('MySQL', {
    failures: 3,
    isFailure: (error) => isConnectionBroken(error) || isServerAway(error),
  });

  constructor(mysql: Mysql) {
    this.#mysql = mysql;
  }

  get isAway(): boolean {
    return this.#circuit.isOpen;
  }

  rows<T>(...call: Parameters<Mysql['rows']>): Promise<T[]> {
    return this.#circuit.run(() => this.#mysql.rows<T>(...call));
  }

  run(...call: Parameters<Mysql['run']>): ReturnType<Mysql['run']> {
    return this.#circuit.run(() => this.#mysql.run(...call));
  }

  transaction<T>(body: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#circuit.run(() => this.#mysql.transaction(body));
  }
}
