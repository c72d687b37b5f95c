import { BerthError, type Pushes, type RequestName } from '@berth/wire';
import type { Clock } from '../clock.ts';
import type { Connection } from '../connection.ts';
import type { Link } from '../link.ts';
import type { EchoingConnection } from './echoing-connection.ts';
import type { FollowerMessage, LeaderMessage } from './tab-messages.ts';
import { heardState } from './told-state.ts';

export interface LeaderDeskOptions {
  link: Link;
  clock: Clock;
  /** The connection that was greeted, and its number. */
  current(): { number: number; connection: EchoingConnection } | undefined;
  say(message: LeaderMessage): void;
  /** Tells all of the state. */
  announce(): void;
  /** Another tab has read something. */
  marked(marked: Pushes['marked']): void;
}

/** Does for other tabs what they ask of the one that leads. */
export class LeaderDesk {
  readonly #options: LeaderDeskOptions;

  constructor(options: LeaderDeskOptions) {
    this.#options = options;
  }

  hear(message: FollowerMessage): void {
    const { link, clock, say, announce, current } = this.#options;
    switch (message.kind) {
      case 'join':
        announce();
        break;
      case 'connect':
        if (link.state.kind !== 'online') link.connect();
        break;
      case 'wake':
        link.wake();
        break;
      case 'end':
        void link.stop(heardState(message.state, clock), { goodbye: message.goodbye });
        break;
      case 'ask':
        void this.#answer(message);
        break;
      case 'tell':
        this.#connectionOf(message.link)?.tell(message.name as RequestName, message.body as never);
        break;
      case 'ping':
        if (message.owed) link.connection?.doubt();
        say({ kind: 'pong', to: message.tab, link: current()?.number ?? 0 });
        break;
      case 'leave': {
        const connection = this.#connectionOf(message.link);
        if (connection && connection.silentMs >= message.silentMs) connection.abandon();
        break;
      }
      default:
      // Of a later version of this client, in another tab.
    }
  }

  #connectionOf(number: number): Connection | undefined {
    const { link, current } = this.#options;
    return number === current()?.number ? link.connection : undefined;
  }

  async #answer({ tab: to, ask, link, name, before, body, timeoutMs }: FollowerMessage & { kind: 'ask' }) {
    const { say, current, marked } = this.#options;
    const told = { kind: 'answer', to, ask } as const;
    const connection = this.#connectionOf(link);
    if (!connection) {
      say({ ...told, lost: true });
      return;
    }
    try {
      for (const part of before) connection.tellPart(name as RequestName, part as never);
      const parts = await connection.requestParts(name as RequestName, body as never, timeoutMs);
      say({ ...told, parts });
      const own = current();
      if (name !== 'mark' || !own) return;
      const mark = own.connection.markedBy(body as { conversation: number }, parts[0] as object);
      say({ kind: 'push', link, name: 'marked', body: mark, except: to });
      marked(mark);
    } catch (error) {
      say(error instanceof BerthError ? { ...told, error: error.toWire() } : { ...told, lost: true });
    }
  }
}
