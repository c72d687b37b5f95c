import type { ConversationSummary, Message } from '@berth/wire';
import type { MysqlOldClientMarks } from '../membership/mysql-old-client-marks.ts';
import { oldErrors, oldIds } from './old-ids.ts';
import type { OldSession } from './old-session.ts';
import { fitting, storedText } from './old-text.ts';

/** Messages read at a time while a client catches up, and conversations. */
const catchUpPage = 50;
const conversationPage = 200;
/** Live messages remembered at most, so as not to be pushed twice. */
const maxRecent = 1_000;

/**
 * What is pushed to one old client as 1019. One with threads is pushed what comes live, and pages by itself. One without
 * is pushed what it missed, too: from its own mark of each direct conversation, which moves on as texts go out, in order
 * and without gaps.
 */
export class PushedTexts {
  readonly #old: OldSession;
  readonly #store: MysqlOldClientMarks;
  /** Of a client without threads: up to where each conversation was pushed, once that is known. */
  #marks: Map<number, number> | undefined;
  /** Conversations that are to be read from their marks on, and the one that is being read. */
  readonly #behind = new Set<number>();
  #reading: number | undefined;
  /** `conversation/seq` of what was pushed live before the marks were known. */
  readonly #recent = new Set<string>();

  constructor(old: OldSession, store: MysqlOldClientMarks) {
    this.#old = old;
    this.#store = store;
  }

  /** A message that was delivered just now. */
  async deliver(message: Message): Promise<void> {
    const { conversation, seq } = message;
    const { kind } = await this.#old.conversation(conversation);
    const { variant } = this.#old;
    if (kind === 'group' && variant !== 'threads') return;
    if (variant !== 'plain') {
      this.#send([message]);
      this.#remember(message);
      return;
    }
    const mark = this.#marks?.get(conversation) ?? 0;
    const isNext = this.#marks !== undefined && seq === mark + 1;
    if (isNext && !this.#behind.has(conversation) && this.#reading !== conversation) {
      this.#send([message]);
      await this.#moveMark(conversation, seq);
    } else if (this.#marks === undefined || seq > mark) {
      this.#behind.add(conversation);
      await this.#readOn();
    }
  }

  /** Pushes what a client without threads missed of every direct conversation. */
  async catchUp(): Promise<void> {
    const direct = await this.#directConversations();
    this.#marks = (await this.#store.read(this.#old.user)) ?? (await this.#firstMarks(direct));
    for (const { conversation, head } of direct)
      if (head > (this.#marks.get(conversation) ?? 0)) this.#behind.add(conversation);
    await this.#readOn();
  }

  async #directConversations(): Promise<ConversationSummary[]> {
    const direct: ConversationSummary[] = [];
    let cursor: string | undefined;
    do {
      const limit = conversationPage;
      const page = await this.#old.ask('conversations', { limit, ...(cursor !== undefined && { cursor }) });
      direct.push(...page.conversations.filter(({ kind }) => kind === 'direct'));
      cursor = page.cursor;
    } while (cursor !== undefined);
    return direct;
  }

  /** A client that was never here begins with what no device of the user has received: it is no archive. */
  async #firstMarks(direct: readonly ConversationSummary[]): Promise<Map<number, number>> {
    const marks = await Promise.all(
      direct.map(async ({ conversation }): Promise<[number, number]> => {
        const { received } = await this.#old.ask('mark', { conversation });
        return [conversation, received];
      }),
    );
    const first = new Map(marks);
    await this.#store.begin(this.#old.user, first);
    return first;
  }

  /** Reads what is behind, one conversation after the other. */
  async #readOn(): Promise<void> {
    if (this.#marks === undefined || this.#reading !== undefined) return;
    try {
      for (const conversation of this.#behind) {
        this.#behind.delete(conversation);
        this.#reading = conversation;
        await this.#readFrom(conversation);
      }
    } finally {
      this.#reading = undefined;
    }
  }

  async #readFrom(conversation: number): Promise<void> {
    for (let more = true; more; ) {
      const after = this.#marks!.get(conversation) ?? 0;
      const page = await this.#old.ask('sync', { conversation, after, limit: catchUpPage });
      this.#send(page.messages.filter((message) => !this.#recent.has(nameOf(message))));
      await this.#moveMark(conversation, page.messages.at(-1)?.seq ?? after);
      more = page.more && page.messages.length > 0;
    }
  }

  async #moveMark(conversation: number, seq: number): Promise<void> {
    this.#marks!.set(conversation, seq);
    await Promise.all([
      this.#old.ask('mark', { conversation, received: seq }),
      this.#store.move(this.#old.user, conversation, seq),
    ]);
  }

  #remember(message: Message): void {
    this.#recent.add(nameOf(message));
    if (this.#recent.size <= maxRecent) return;
    for (const oldest of this.#recent) {
      this.#recent.delete(oldest);
      break;
    }
  }

  /** Own messages are not pushed: such a client shows what it sent itself and takes any other for the friend's. */
  #send(messages: readonly Message[]): void {
    const old = this.#old;
    const others = messages.filter(
      (message) =>
        message.sender !== old.user && (old.variant === 'plain' || !this.#recent.has(nameOf(message))),
    );
    for (let rest = others; rest.length > 0; ) {
      const part = fitting(rest, (texts) => this.#body(texts));
      old.send(oldIds.notifyTextChat, this.#body(part));
      rest = rest.slice(part.length);
    }
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

const nameOf = ({ conversation, seq }: Message): string => `${conversation}/${seq}`;
