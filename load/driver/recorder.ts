import type { ClientLog } from '@berth/checker';
import { answerId, frameIds } from '@berth/wire';

/** Where events go; a `ClientLog` in memory, or a `LogFile`. */
export type EventLog = Pick<ClientLog, 'user' | 'sent' | 'acked' | 'delivered'>;

export interface Sent {
  conversation: number;
  cid: string;
  text: string;
}

interface Delivered extends Sent {
  seq: number;
  sender: number;
}

/** Writes what one session hears, by one link after the other, into its log. An own message counts as shown when it is acknowledged and all before it are. */
export class Recorder {
  readonly #log: EventLog;
  readonly #expected = new Map<number, Sent>();
  /** By conversation, up to where it was shown, and what waits above a gap: who shares it is on another node perhaps. */
  readonly #shown = new Map<number, { upTo: number; above: Map<number, Delivered> }>();
  readonly #refused: (body: Record<string, unknown>) => void;

  /** `refused`: default throws. */
  constructor(log: EventLog, refused = throwRefusal) {
    this.#log = log;
    this.#refused = refused;
  }

  /** What is up to here is of nobody's interest. */
  begin(conversation: number, upTo: number): void {
    this.#shown.set(conversation, { upTo, above: new Map() });
  }

  expect(req: number, sent: Sent): void {
    this.#expected.set(req, sent);
  }

  /** What has no answer by the link that is gone, and is to be sent again. */
  takeUnanswered(): Sent[] {
    const unanswered = [...this.#expected.values()];
    this.#expected.clear();
    return unanswered;
  }

  /** Everything up to here was shown. */
  markOf(conversation: number): number {
    return this.#shown.get(conversation)?.upTo ?? 0;
  }

  record(id: number, body: Record<string, unknown>): void {
    if (id !== answerId(frameIds.send)) {
      const { conversation, seq, sender, cid, text } = body as unknown as Delivered;
      this.#show({ conversation, seq, sender, cid, text });
      return;
    }
    const { req, seq } = body as { req: number; seq?: number };
    const sent = this.#expected.get(req);
    if (!sent || seq === undefined) {
      this.#refused(body);
      return;
    }
    this.#expected.delete(req);
    this.#log.acked(sent.conversation, sent.cid, seq);
    this.#show({ ...sent, seq, sender: this.#log.user });
  }

  #show(message: Delivered): void {
    const { conversation, seq } = message;
    const shown = this.#shown.get(conversation) ?? { upTo: 0, above: new Map<number, Delivered>() };
    this.#shown.set(conversation, shown);
    if (seq <= shown.upTo || shown.above.has(seq)) return;
    shown.above.set(seq, message);
    for (let next = shown.above.get(shown.upTo + 1); next; next = shown.above.get(shown.upTo + 1)) {
      shown.above.delete(++shown.upTo);
      this.#log.delivered(next);
    }
  }
}

function throwRefusal(body: Record<string, unknown>): void {
  throw new Error(`a send was refused: ${JSON.stringify(body)}`);
}
