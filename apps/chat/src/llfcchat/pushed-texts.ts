import type { Message } from '@berth/wire';
import { oldErrors, oldIds } from './old-ids.ts';
import type { OldSession } from './old-session.ts';
import { fitting, storedText } from './old-text.ts';

/** Messages read at a time while a client catches up. */
const catchUpPage = 50;
/** Live messages kept at most while a conversation is being caught up with; the reading sees the rest. */
const maxWaiting = 1_000;

/**
 * What is pushed to one old client as 1019. A client without threads is pushed what it missed, too: from the user's
 * received mark, which is moved on as texts go out.
 */
export class PushedTexts {
  readonly #old: OldSession;
  /** Conversations being caught up with, and what came live meanwhile. */
  readonly #waiting = new Map<number, Message[]>();
  /** The highest seq pushed of each conversation. */
  readonly #pushed = new Map<number, number>();
  /** `conversation/seq` of what was pushed live before the client was known not to page: it is not pushed again. */
  #early = new Set<string>();

  constructor(old: OldSession) {
    this.#old = old;
  }

  /** A message that was delivered just now. */
  async deliver(message: Message): Promise<void> {
    const waiting = this.#waiting.get(message.conversation);
    if (waiting) {
      if (waiting.length < maxWaiting) waiting.push(message);
      return;
    }
    await this.#push(message.conversation, [message]);
  }

  /** Pushes what the user missed of every direct conversation; at the end live messages go straight again. */
  async catchUp(): Promise<void> {
    const { conversations } = await this.#old.ask('resume', { marks: [] });
    const direct = conversations.filter(({ kind, head }) => kind === 'direct' && head > 0);
    for (const { conversation } of direct) {
      this.#waiting.set(conversation, []);
      try {
        await this.#catchUpWith(conversation);
      } finally {
        const waiting = this.#waiting.get(conversation)!;
        this.#waiting.delete(conversation);
        await this.#push(conversation, waiting);
      }
    }
    this.#early = new Set();
  }

  async #catchUpWith(conversation: number): Promise<void> {
    let { received: after } = await this.#old.ask('mark', { conversation });
    for (let more = true; more; ) {
      const page = await this.#old.ask('sync', { conversation, after, limit: catchUpPage });
      await this.#push(conversation, page.messages);
      after = page.messages.at(-1)?.seq ?? after;
      more = page.more && page.messages.length > 0;
    }
  }

  /** Own messages are not pushed: such a client shows what it sent itself and takes any other for the friend's. */
  async #push(conversation: number, messages: readonly Message[]): Promise<void> {
    const old = this.#old;
    const fresh = messages.filter(
      ({ seq }) => seq > (this.#pushed.get(conversation) ?? 0) && !this.#early.has(`${conversation}/${seq}`),
    );
    const newest = fresh.at(-1);
    if (!newest) return;
    // Before the client is known to page, a live message must not hide that earlier ones are missing.
    if (old.variant !== 'unknown') this.#pushed.set(conversation, newest.seq);
    else if (this.#early.size < maxWaiting)
      for (const { seq } of fresh) this.#early.add(`${conversation}/${seq}`);
    const others = fresh.filter(({ sender }) => sender !== old.user);
    const { kind } = await old.conversation(conversation);
    if (kind === 'group' && old.variant !== 'threads') return;
    for (let rest = others; rest.length > 0; ) {
      const part = fitting(rest, (texts) => this.#body(texts));
      old.send(oldIds.notifyTextChat, this.#body(part));
      rest = rest.slice(part.length);
    }
    if (old.variant === 'plain') await old.ask('mark', { conversation, received: newest.seq });
  }

  /** One frame has one sender; a direct conversation has no other but the friend. */
  #body(texts: readonly Message[]): object {
    const [first] = texts;
    const { variant, user } = this.#old;
    return {
      ...{ error: oldErrors.success, fromuid: first!.sender, touid: user, thread_id: first!.conversation },
      ...(variant !== 'threads' && {
        text_array: texts.map(({ text, cid }) => ({ content: text, msgid: cid })),
      }),
      ...(variant !== 'plain' && { chat_datas: texts.map((message) => storedText(message.cid, message)) }),
    };
  }
}
