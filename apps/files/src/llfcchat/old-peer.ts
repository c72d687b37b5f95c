import type { MysqlOldClients } from '../stores/mysql-old-clients.ts';
import { OldRefusal, oldErrors } from './old-ids.ts';
import type { OldUpload } from './old-upload.ts';

/** What was found out of a token is believed so long. */
const believedMs = 2_000;

/** Who is on a connection: nobody knows before a frame shows the token that chat has given its user. */
export class OldPeer {
  readonly network: string;
  readonly uploads = new Map<string, OldUpload>();
  readonly #clients: MysqlOldClients;
  #user: number | undefined;
  #token = '';
  #believedUntil = 0;

  constructor(network: string, clients: MysqlOldClients) {
    this.network = network;
    this.#clients = clients;
  }

  get user(): number | undefined {
    return this.#user;
  }

  /** Throws OldRefusal, which ends the connection, for another user than before and for a token that is not theirs. */
  async identify(uid: number, token: string | undefined): Promise<number> {
    if (this.#user !== undefined && this.#user !== uid)
      throw new OldRefusal(oldErrors.uidInvalid, 'another user', { closes: true });
    const shown = token ?? this.#token;
    const isBelieved = shown === this.#token && performance.now() < this.#believedUntil;
    if (this.#user !== undefined && isBelieved) return uid;
    if (shown === '' || !(await this.#clients.isGood(uid, shown, Date.now())))
      throw new OldRefusal(oldErrors.tokenInvalid, 'no such token', { closes: true });
    this.#believedUntil = performance.now() + believedMs;
    this.#token = shown;
    if (this.#user === undefined) await this.#clients.shown(uid);
    this.#user = uid;
    return uid;
  }

  /** Whether the session whose token was shown is over; false when none was. */
  async isOver(): Promise<boolean> {
    return this.#user !== undefined && !(await this.#clients.isGood(this.#user, this.#token, Date.now()));
  }
}
