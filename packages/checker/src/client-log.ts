/** One line of a client's append-only log, in the order in which that client saw it. */
export type ClientEvent =
  | { type: 'sent'; conversation: number; cid: string; text: string }
  | { type: 'acked'; conversation: number; cid: string; seq: number }
  | { type: 'delivered'; conversation: number; seq: number; sender: number; cid: string; text: string };

/** What one device of one user did and saw. Nothing is ever taken out of it. */
export class ClientLog {
  /** A name for messages to people, unique in a run. */
  readonly device: string;
  readonly user: number;
  readonly #events: ClientEvent[] = [];

  constructor(device: string, user: number) {
    this.device = device;
    this.user = user;
  }

  get events(): readonly ClientEvent[] {
    return this.#events;
  }

  sent(conversation: number, cid: string, text: string): void {
    this.#events.push({ type: 'sent', conversation, cid, text });
  }

  acked(conversation: number, cid: string, seq: number): void {
    this.#events.push({ type: 'acked', conversation, cid, seq });
  }

  /** To be called for each message that the client shows to its user, once it shows it. */
  delivered(message: { conversation: number; seq: number; sender: number; cid: string; text: string }): void {
    const { conversation, seq, sender, cid, text } = message;
    this.#events.push({ type: 'delivered', conversation, seq, sender, cid, text });
  }
}
