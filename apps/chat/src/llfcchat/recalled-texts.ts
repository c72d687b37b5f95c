import { recalledLine } from '../log/old-lines.ts';
import type { Audience } from './audience.ts';
import { oldIds } from './old-ids.ts';
import { encodeOldFrame, timeOf } from './old-text.ts';
import { pushedBody } from './pushed-bodies.ts';
import type { Push } from './spaced-frames.ts';

/** What is beyond is right at the next log-in. */
const maxWaiting = 100;

/**
 * Messages that one old client has, and that were taken back since. Each is pushed once more as it is now: with the number that it
 * had, by which a client with threads puts it in place of what was there. One without numbers is told when it was sent.
 */
export class RecalledTexts {
  readonly #to: Audience;
  readonly #places: { conversation: number; seq: number }[] = [];

  constructor(to: Audience) {
    this.#to = to;
  }

  add(conversation: number, seq: number): void {
    if (this.#places.length < maxWaiting) this.#places.push({ conversation, seq });
  }

  async next(): Promise<Push | undefined> {
    for (let [place] = this.#places; place !== undefined; [place] = this.#places) {
      const frame = await this.#frame(place.conversation, place.seq);
      if (frame !== undefined) return { frame, written: () => void this.#places.shift() };
      this.#places.shift();
    }
    return undefined;
  }

  /** Undefined for what the client was not told, or does not show. */
  async #frame(conversation: number, seq: number): Promise<Uint8Array | undefined> {
    const { told, variant, user, ids } = this.#to;
    const peer = await this.#to.peerOf(conversation);
    if (peer === undefined || !told.knows(peer)) return undefined;
    const isListed = variant === 'threads' && told.isListed;
    if (isListed && !told.hasThread(conversation)) return undefined;
    const [message] = (await this.#to.ask('sync', { conversation, after: seq - 1, limit: 1 })).messages;
    if (message?.seq !== seq) return undefined;
    // A client without threads takes any text for the friend's.
    if (message.sender === user && !isListed) return undefined;
    const idOf = isListed ? await ids.upTo(conversation, seq) : undefined;
    const text = isListed ? message.text : recalledLine(timeOf(message.sentAt));
    return encodeOldFrame(oldIds.notifyTextChat, pushedBody(user, peer, [{ ...message, text }], idOf));
  }
}
