import { withDeadline } from '@berth/lifecycle';
import type { Mysql } from '@berth/mysql';
import { writerSession } from './mysql-message-store.ts';

/** Often enough that the server does not close the connection, whose pings a stopped process does not send. */
const pingMs = (writerSession.wait_timeout * 1_000) / 2.5;

/**
 * Keeps one connection of the message writer from being closed for idleness, so that the first message after a pause
 * does not wait for a new one. The pool gives out the connection that was used last.
 */
export class WarmConnection {
  readonly #mysql: Mysql;
  readonly #timer: NodeJS.Timeout;
  #pinging: Promise<void> | undefined;

  constructor(mysql: Mysql) {
    this.#mysql = mysql;
    this.#timer = setInterval(() => {
      this.#pinging ??= this.#ping();
    }, pingMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#pinging;
  }

  async #ping(): Promise<void> {
    try {
      const connection = await this.#mysql.acquire();
      try {
        await withDeadline(connection.ping(), pingMs, 'a ping');
        connection.release();
      } catch {
        connection.destroy();
      }
    } catch {
      // Without a server there is nothing to keep; whoever writes next says so.
    }
    this.#pinging = undefined;
  }
}
