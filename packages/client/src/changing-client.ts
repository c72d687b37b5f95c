import { type Answers, type Message, pollText, type RequestInput, type Scheduled } from '@berth/wire';
import type { OutgoingDraft } from './outgoing.ts';
import type { BerthClient, ClientRequestName, OutgoingMessage } from './types.ts';

type Acts = Pick<
  BerthClient,
  'send' | 'forward' | 'poll' | 'edit' | 'recall' | 'react' | 'pin' | 'vote' | 'closePoll' | 'schedule'
>;

/**
 * What a client does with messages: sends them, by its outbox, and changes those that are there, by requests that name the
 * change, so that a repeated one has its first name.
 */
export abstract class ChangingClient implements Acts {
  abstract request<N extends ClientRequestName>(name: N, body: RequestInput<N>): Promise<Answers[N]>;
  protected abstract submit(draft: OutgoingDraft): OutgoingMessage;
  protected abstract createCid(): string;

  send(...[conversation, text, options = {}]: Parameters<BerthClient['send']>): OutgoingMessage {
    return this.submit({ conversation, text, ...options });
  }

  forward(message: Message, to: number): OutgoingMessage {
    const { conversation, seq, text, attachments, sender } = message;
    const forwarded = message.forwarded ?? { user: sender, name: '' };
    return this.submit({ conversation: to, text, attachments, forward: { conversation, seq }, forwarded });
  }

  poll(...[conversation, wish]: Parameters<BerthClient['poll']>): OutgoingMessage {
    const { question, options, many = false, anonymous = false } = wish;
    const poll = {
      ...{ question, options: [...options], many, anonymous },
      ...{ counts: options.map(() => 0), voters: 0 },
    };
    return this.submit({ conversation, text: pollText(poll), poll });
  }

  async edit(
    ...[conversation, target, text, { mentions = [] } = {}]: Parameters<BerthClient['edit']>
  ): Promise<void> {
    const meant = mentions.length > 0 ? { mentions: [...mentions] } : undefined;
    await this.request('edit', { ...this.#change(conversation, target), text, ...meant });
  }

  async recall(conversation: number, target: number): Promise<void> {
    await this.request('recall', this.#change(conversation, target));
  }

  async react(conversation: number, target: number, emoji: string, on: boolean): Promise<void> {
    await this.request('react', { ...this.#change(conversation, target), emoji, on });
  }

  async pin(conversation: number, target: number, on: boolean): Promise<void> {
    await this.request('pin', { ...this.#change(conversation, target), on });
  }

  async vote(conversation: number, target: number, options: readonly number[]): Promise<void> {
    await this.request('vote', { ...this.#change(conversation, target), options: [...options] });
  }

  async closePoll(conversation: number, target: number): Promise<void> {
    await this.request('pollClose', this.#change(conversation, target));
  }

  async schedule(
    ...[conversation, text, at, { mentions = [], ...rest } = {}]: Parameters<BerthClient['schedule']>
  ): Promise<Scheduled> {
    // `now()` has fractions of a millisecond.
    const meant = mentions.length > 0 ? { mentions: [...mentions] } : undefined;
    const body = { conversation, text, at: Math.round(at), cid: this.createCid(), ...rest, ...meant };
    return (await this.request('schedule', body)).scheduled;
  }

  #change(conversation: number, target: number) {
    return { conversation, target, cid: this.createCid() };
  }
}
