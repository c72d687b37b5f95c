import type { Log } from '@berth/telemetry';
import { toBerthError } from '@berth/wire';
import type { MysqlOldUploads, WholeUpload } from '../conversations/mysql-old-uploads.ts';
import { storeErrorOf } from '../stores/store-error.ts';
import type { OldSession } from './old-session.ts';

/** Between two looks, while there are llfcchat clients here. */
const everyMs = 500;
const usersAtOnce = 256;
/** Errors that pass: it is looked into, or a store is away. */
const passing = new Set(['conflict', 'unavailable', 'rate_limited', 'internal']);

/**
 * Sends what the clients of this node have uploaded to the files service, once it is whole: each by its own session, as if it had asked
 * for it. What became whole while its sender was away is sent when they are back.
 */
export class WholeUploads {
  readonly #uploads: MysqlOldUploads;
  readonly #log: Log;
  readonly #sessions = new Map<number, OldSession>();
  #timer: NodeJS.Timeout | undefined;

  constructor(uploads: MysqlOldUploads, log: Log) {
    this.#uploads = uploads;
    this.#log = log;
  }

  add(old: OldSession): void {
    this.#sessions.set(old.user, old);
    this.#timer ??= setTimeout(() => void this.#round(), everyMs).unref();
  }

  remove(old: OldSession): void {
    if (this.#sessions.get(old.user) === old) this.#sessions.delete(old.user);
  }

  async #round(): Promise<void> {
    try {
      const users = [...this.#sessions.keys()];
      for (let at = 0; at < users.length; at += usersAtOnce)
        for (const upload of await this.#uploads.whole(users.slice(at, at + usersAtOnce)))
          await this.#send(upload);
    } catch (err) {
      this.#log.debug({ err }, 'pictures of llfcchat clients are sent later');
    }
    this.#timer =
      this.#sessions.size === 0 ? undefined : setTimeout(() => void this.#round(), everyMs).unref();
  }

  async #send(upload: WholeUpload): Promise<void> {
    const old = this.#sessions.get(upload.owner);
    if (old === undefined) return;
    const { message, file } = upload;
    let isSent = true;
    try {
      if (message === undefined) await old.ask('profileUpdate', { icon: `file:${file}` });
      else
        await old.ask('send', {
          ...{ ...message, text: '', resent: true },
          attachments: [{ file, kind: 'image' }],
        });
    } catch (thrown) {
      const { code } = toBerthError(storeErrorOf(thrown));
      if (passing.has(code)) return;
      isSent = false;
      this.#log.info({ code, user: upload.owner }, 'a picture of an llfcchat client cannot be sent');
    }
    await this.#uploads.settle(upload, isSent);
  }
}
