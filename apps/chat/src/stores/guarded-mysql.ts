import { Circuit } from '@berth/lifecycle';
import {
  type Answer,
  isConnectionBroken,
  isServerAway,
  type Mysql,
  type Statement,
  type Tx,
} from '@berth/mysql';

/** Single statements, and transactions that are tried again after a deadlock. */
export type Database = Pick<Mysql, 'rows' | 'run' | 'transaction' | 'exchange' | 'readAndClose' | 'made'>;

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

  get made(): number {
    return this.#mysql.made;
  }

  rows<T>(...call: Parameters<Mysql['rows']>): Promise<T[]> {
    return this.#circuit.run(() => this.#mysql.rows<T>(...call));
  }

  run(...call: Parameters<Mysql['run']>): ReturnType<Mysql['run']> {
    return this.#circuit.run(() => this.#mysql.run(...call));
  }

  exchange<T>(opening: readonly Statement[], answer: Answer<T>): Promise<T> {
    return this.#circuit.run(() => this.#mysql.exchange<T>(opening, answer));
  }

  readAndClose<T>(opening: readonly Statement[], answer: Answer<T>): Promise<T> {
    return this.#circuit.run(() => this.#mysql.readAndClose<T>(opening, answer));
  }

  transaction<T>(body: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#circuit.run(() => this.#mysql.transaction(body));
  }
}
