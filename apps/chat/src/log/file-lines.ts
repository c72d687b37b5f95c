import { type Attachment, decodeBody, frameIds, limits, type Message } from '@berth/wire';
import { encodeStored } from './deliver-frame.ts';

/** Whether it may have attachments. */
export const isAttached = (frame: Uint8Array): boolean =>
  frame[0] === frameIds.attached >> 8 &&
  (frame[1] === (frameIds.attached & 0xff) || frame[1] === (frameIds.carried & 0xff));

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

function sizeOf(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/**
 * Messages with attachments, for clients that know texts only: a line for each file in place of it, with a link to where it can
 * be seen. Made once for all of them.
 */
export class FileLines {
  readonly #webUrl: string | undefined;
  readonly #frames = new WeakMap<Uint8Array, Uint8Array>();

  /** `webUrl`: of the web client, which asks who wants to see it; without one there is no link. */
  constructor(webUrl: string | undefined) {
    this.#webUrl = webUrl;
  }

  message(message: Message): Message {
    const { attachments, ...plain } = message;
    if (attachments === undefined) return message;
    const lines = attachments.map((attachment) => this.#line(message.conversation, attachment));
    const text = [...(message.text === '' ? [] : [message.text]), ...lines].join('\n');
    return { ...plain, text };
  }

  /** A frame as such a client is pushed it. */
  frame(frame: Uint8Array): Uint8Array {
    if (!isAttached(frame)) return frame;
    let plain = this.#frames.get(frame);
    if (plain === undefined) {
      plain = encodeStored(this.message(decodeBody(frame.subarray(limits.headerBytes)) as Message));
      this.#frames.set(frame, plain);
    }
    return plain;
  }

  #line(conversation: number, { name, bytes }: Attachment): string {
    const link = this.#webUrl === undefined ? '' : ` ${this.#webUrl}#/chats/${conversation}`;
    return `📎 ${name} (${sizeOf(bytes)})${link}`;
  }
}
