import { randomBytes } from 'node:crypto';
import { Mysql } from '@berth/mysql';
import { createLog, Metrics, noTracing } from '@berth/telemetry';
import {
  type Answers,
  decodeBody,
  type FrameName,
  frameIds,
  limits,
  type Message,
  type Profile,
  type RequestInput,
  type RequestName,
} from '@berth/wire';
import { requestSchemas } from '@berth/wire/requests';
import { type ChatConfig, parseChatConfig } from './config.ts';
import type { Context, Handler, Session } from './context.ts';
import type { CommittedEntry, CommittedRun, MembershipChange, Publisher } from './log/publisher.ts';
import { directKey, kinds } from './membership/conversation-rows.ts';
import { SendTurns } from './rates/send-turns.ts';
import { createStores } from './stored-side.ts';

/** What a frame was pushed for, decoded. */
export interface Pushed {
  frame: FrameName;
  body: unknown;
  /** Of `notify`; undefined for a broadcast into a conversation. */
  users: readonly number[] | undefined;
  conversation: number | undefined;
}

/** Remembers what it is given to publish. */
class RecordingPublisher implements Publisher {
  readonly delivered: CommittedEntry[] = [];
  readonly pushed: Pushed[] = [];
  readonly changes: { conversation: number; membersVersion: number; users: readonly number[] }[] = [];

  /** What was delivered into a conversation, decoded. */
  messages(conversation: number): Message[] {
    return this.delivered
      .map(({ frame }) => decode(frame).body as Message)
      .filter((message) => message.conversation === conversation);
  }

  deliver(run: CommittedRun): void {
    this.delivered.push(...run.entries);
  }

  notify(users: readonly number[], frame: Uint8Array): void {
    this.pushed.push({ ...decode(frame), users, conversation: undefined });
  }

  broadcast(conversation: number, _membersVersion: number, frame: Uint8Array): void {
    this.pushed.push({ ...decode(frame), users: undefined, conversation });
  }

  membershipChanged({ conversation, membersVersion, users }: MembershipChange): void {
    this.changes.push({ conversation, membersVersion, users });
  }
}

/** The stored side of one node, as its handlers see it; everybody is online. */
export interface StoredNode {
  context: Context;
  publisher: RecordingPublisher;
  ask<N extends RequestName>(
    handler: Handler<N>,
    name: N,
    user: Profile,
    input: RequestInput<N>,
  ): Promise<Answers[N]>;
  close(): Promise<void>;
}

export function createStoredNode(
  url: string,
  changes: Partial<ChatConfig> = {},
  knows: Partial<Pick<Session, 'entries' | 'changes'>> = {},
): StoredNode {
  const log = createLog('chat', 'silent');
  const metrics = new Metrics('chat');
  const mysql = new Mysql({ url, exchanges: true });
  const publisher = new RecordingPublisher();
  const environment = {
    NODE_NAME: 'one',
    CLIENT_HOST: 'localhost',
    MYSQL_URL: url,
    REDIS_URL: 'redis://localhost',
    PEER_HOST: '127.0.0.1',
  };
  const config = { ...parseChatConfig(environment), ...changes };
  const stores = createStores({ config, mysql, publisher, log, metrics });
  const online = {
    amongUsers: async (users: readonly number[]) => new Set(users),
    sessionsOf: async () => new Set<string>(),
  };
  const budgets = { take: async () => {} };
  const searchBudget = { take: async () => {}, spend: async () => {} };
  const context = {
    config,
    log,
    metrics,
    mysql,
    publisher,
    online,
    stores,
    searchBudget,
    sendTurns: new SendTurns(),
    actTurns: new SendTurns(),
    budgets,
    tracing: noTracing,
  } as unknown as Context;
  return {
    context,
    publisher,
    ask: (handler, name, user, input) =>
      handler(
        context,
        { ...sessionOf(user), ...knows },
        requestSchemas[name].parse({ req: 1, ...input }) as never,
      ),
    close: async () => {
      await stores.close();
      await mysql.close();
    },
  };
}

const sessionOf = (profile: Profile): Session => ({
  id: randomBytes(16).toString('hex'),
  user: profile.id,
  deviceClass: 'web',
  generation: 1,
  profile,
  entries: false,
  files: false,
  changes: false,
  echo: true,
  push() {},
  close() {},
});

/** Registers so many people, straight into the table. */
export async function createPeople(db: Mysql, count: number): Promise<Profile[]> {
  const people: Profile[] = [];
  for (let made = 0; made < count; made += 500) {
    const names = Array.from(
      { length: Math.min(500, count - made) },
      () => `p${randomBytes(6).toString('hex')}`,
    ).sort();
    const { insertId } = await db.run(
      `INSERT INTO users (email_key, name_key, name, nick, password_hash, created_at)
       VALUES ${names.map(() => "(?, ?, ?, ?, '', 1)").join(',')}`,
      names.flatMap((name) => [`${name}@example.org`, name, name, `Nick of ${name}`]),
    );
    people.push(
      ...names.map((name, index) => ({
        id: insertId + index,
        name,
        nick: `Nick of ${name}`,
        description: '',
        sex: 0,
        icon: '',
      })),
    );
  }
  return people;
}

/** Makes the first a friend of all others, straight into the tables. */
export async function createFriends(db: Mysql, one: Profile, others: readonly Profile[]): Promise<void> {
  for (const other of others) {
    const { insertId } = await db.run(
      'INSERT INTO conversations (kind, direct_key, created_by, created_at, member_count) VALUES (?, ?, ?, 1, 2)',
      [kinds.direct, directKey(one.id, other.id), one.id],
    );
    for (const [user, peer] of [
      [one.id, other.id],
      [other.id, one.id],
    ] as const) {
      await db.run('INSERT INTO members (conversation_id, user_id, friend) VALUES (?, ?, 1)', [
        insertId,
        user,
      ]);
      await db.run(
        'INSERT INTO user_conversations (user_id, conversation_id, kind, peer_id, joined_at) VALUES (?, ?, ?, ?, 1)',
        [user, insertId, kinds.direct, peer],
      );
      await db.run(
        'INSERT INTO friendships (user_id, friend_id, conversation_id, created_at) VALUES (?, ?, ?, 1)',
        [user, peer, insertId],
      );
    }
  }
}

const names = new Map<number, FrameName>(
  Object.entries(frameIds).map(([name, id]) => [id, name as FrameName]),
);

function decode(frame: Uint8Array): { frame: FrameName; body: unknown } {
  const id = (frame[0]! << 8) | frame[1]!;
  return { frame: names.get(id)!, body: decodeBody(frame.subarray(limits.headerBytes)) };
}
