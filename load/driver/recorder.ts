import type { ClientLog } from '@berth/checker';
import { answerId, frameIds } from '@berth/wire';

/** Where events go; a `ClientLog` in memory, or a `LogFile`. */
export type EventLog = Pick<ClientLog, 'user' | 'sent' | 'acked' | 'delivered'>;

interface Sent {
  conversation: number;
  cid: string;
  text: string;
}

interface Delivered extends Sent {
  seq: number;
  sender: number;
}

/** Writes what one link hears into its log. An own message counts as shown when it is acknowledged. */
export class Recorder {
  readonly #log: EventLog;
  readonly #expected = new Map<number, Sent>();
  /** By conversation, what was shown above what was shown without a gap from the first on. */
  readonly #shown = new Map<number, { upTo: number; above: Set<number> }>();
  readonly #refused: (body: Record<string, unknown>) => void;

  /** `refused`: default throws. */
  constructor(log: EventLog, refused = throwRefusal) {
    this.#log = log;
    this.#refused = refused;
  }

  expect(req: number, sent: Sent): void {
    this.#expected.set(req, sent);
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
    const shown = this.#shown.get(conversation) ?? { upTo: 0, above: new Set<number>() };
    this.#shown.set(conversation, shown);
    if (seq <= shown.upTo || shown.above.has(seq)) return;
    shown.above.add(seq);
    while (shown.above.delete(shown.upTo + 1)) shown.upTo++;
    this.#log.delivered(message);
  }
}

function throwRefusal(body: Record<string, unknown>): void {
  throw new Error(`a send was refused: ${JSON.stringify(body)}`);
}
