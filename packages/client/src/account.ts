import type { Answers, Message, RequestInput } from '@berth/wire';
import type { StoppableClock } from './clock.ts';
import type { NodeConnection } from './connection.ts';
import type { Emitter } from './emitter.ts';
import { Inbox } from './inbox.ts';
import { Marks } from './marks.ts';
import { Outbox } from './outbox.ts';
import type { Saver } from './saver.ts';
import type { AccountUser, ClientEvents, ClientOptions, ClientRequestName } from './types.ts';

/** A session as it is kept. */
export interface SavedSession {
  user: AccountUser;
  session: { id: string; token: string; expiresAt: number };
}

export interface AccountPorts {
  clock: StoppableClock;
  now: () => number;
  random: () => number;
  createCid: () => string;
  saver: Saver;
  events: Emitter<ClientEvents>;
  /** Names this tab, when there may be others with the same storage. */
  tab: string | undefined;
  /** Whether this tab tells for all of them what the device has. */
  leads(): boolean;
  connection(): NodeConnection | undefined;
  ask<N extends ClientRequestName>(name: N, body: RequestInput<N>): Promise<Answers[N]>;
}

export const sessionKey = 'berth/session';

/** Everything of the user who is logged in: the session, the marks, what comes in and what goes out. */
export interface Account {
  readonly saved: SavedSession;
  readonly marks: Marks;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
}

/** Takes up what the storage has of this user. */
export async function openAccount(
  saved: SavedSession,
  ports: AccountPorts,
  options: Pick<ClientOptions, 'startAt' | 'catchUpLimit' | 'maxOutbox'>,
): Promise<Account> {
  const { clock, now, random, createCid, saver, events } = ports;
  const user = saved.user.id;
  const marks = new Marks({
    ...{ clock, random, saver, key: `berth/${user}/marks` },
    ...{ isShared: ports.tab !== undefined, leads: ports.leads },
    send: (body) => ports.ask('mark', body),
  });
  await marks.load();
  const outbox: Outbox = new Outbox(
    {
      ...{ clock, now, random, createCid, saver, user },
      ...{ key: `berth/${user}/outbox`, tab: ports.tab, connection: ports.connection },
      changed: (message) => events.emit('outgoing', message),
      stored: (message) => inbox.deliver(message, true),
      receipts: (conversation) => inbox.receipts(conversation),
    },
    options.maxOutbox ?? 1_000,
  );
  const inbox: Inbox = new Inbox(
    {
      ...{ clock, random, marks, user, ask: ports.ask },
      online: () => ports.connection() !== undefined,
      receipts: (conversation, receipts) => outbox.receipts(conversation, receipts),
      emit: (event, value) => {
        const own = event === 'message' ? (value as ClientEvents['message']).message : undefined;
        if (own?.sender === user) outbox.heard(own as Message);
        events.emit(event, value);
      },
    },
    options,
  );
  await outbox.load();
  return { saved, marks, inbox, outbox };
}

/** Forgets what the storage has of this user. */
export function eraseAccount({ saved, marks, outbox }: Account, saver: Saver): void {
  marks.close();
  outbox.clear();
  saver.delete(`berth/${saved.user.id}/marks`);
  saver.delete(sessionKey);
}
