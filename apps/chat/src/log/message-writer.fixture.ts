import { randomBytes } from 'node:crypto';
import { Mysql, type MysqlOptions } from '@berth/mysql';
import { createLog } from '@berth/telemetry';
import { directKey, kinds } from '../membership/conversation-rows.ts';
import { MemberDirectory } from '../membership/member-directory.ts';
import { encodeDeliver } from './deliver-frame.ts';
import { LogHeads } from './log-heads.ts';
import type { OutgoingMessage, Receipt } from './message-store.ts';
import { MessageWriter, type MessageWriterOptions } from './message-writer.ts';
import { appenderSession, MysqlMessageStore, turnSession } from './mysql-message-store.ts';
import type { CommittedEntry, CommittedRun } from './publisher.ts';

/** One node's way of storing messages, on connections of its own. */
export interface WritingNode {
  writer: MessageWriter;
  directory: MemberDirectory;
  heads: LogHeads;
  delivered: DeliveredEntry[];
  runs: CommittedRun[];
  /** Sends as a member does. */
  send(conversation: number, sender: number, text: string, options?: SendOptions): Promise<Receipt>;
  close(): Promise<void>;
}

type DeliveredEntry = CommittedRun & CommittedEntry;

interface SendOptions {
  cid?: string;
  resent?: boolean;
  replyTo?: number;
  origin?: object;
}

export interface WritingNodeOptions extends Partial<Omit<MessageWriterOptions, 'store' | 'publisher'>> {
  url: string;
  strangersMayWrite?: boolean;
  attemptTimeoutMs?: number;
  mysql?: Partial<MysqlOptions>;
  /** Makes the pools. Default: as they are. */
  open?(options: MysqlOptions): Mysql;
}

export function createWritingNode(options: WritingNodeOptions): WritingNode {
  const {
    url,
    strangersMayWrite = false,
    attemptTimeoutMs,
    writers = 2,
    mysql: connection,
    open = (poolOptions: MysqlOptions) => new Mysql(poolOptions),
    ...rest
  } = options;
  const mysql = open({ url, poolSize: 2, ...connection });
  const appenders = open({ url, poolSize: writers, session: appenderSession, ...connection });
  const turns = open({ url, poolSize: 2, session: turnSession, ...connection });
  const heads = new LogHeads();
  const directory = new MemberDirectory({ mysql });
  const delivered: DeliveredEntry[] = [];
  const runs: CommittedRun[] = [];
  const writer = new MessageWriter({
    store: new MysqlMessageStore({
      appenders,
      turns,
      heads,
      standings: directory,
      strangersMayWrite,
      attemptTimeoutMs,
    }),
    publisher: {
      deliver: (run) => {
        runs.push(run);
        for (const entry of run.entries) delivered.push({ ...run, ...entry });
      },
    },
    log: createLog('chat', 'silent'),
    // Who waits for a store on a busy machine is not refused.
    deadlineMs: 60_000,
    writers,
    ...rest,
  });
  return {
    writer,
    directory,
    heads,
    delivered,
    runs,
    send: async (conversation, sender, text, sendOptions) => {
      const standing = await directory.standing(conversation, sender);
      return writer.write(outgoing({ conversation, sender, text, standing, ...sendOptions }));
    },
    close: async () => {
      await writer.close();
      await appenders.close();
      await turns.close();
      await mysql.close();
    },
  };
}

export const newCid = (): string => randomBytes(12).toString('base64url');

export function outgoing(
  message: Pick<OutgoingMessage, 'conversation' | 'sender' | 'text' | 'standing'> & SendOptions,
): OutgoingMessage {
  const { cid = newCid(), resent = false, replyTo, ...rest } = message;
  const frame = encodeDeliver({ ...rest, cid, replyTo });
  return { ...rest, cid, replyTo, resent, frame };
}

/** Groups with `members` in each (ids from 1), straight into the tables; their ids. */
export async function createGroups(db: Mysql, count: number, members: number): Promise<number[]> {
  const ids: number[] = [];
  for (let index = 0; index < count; index++) {
    const { insertId } = await db.run(
      'INSERT INTO conversations (kind, created_by, created_at, member_count) VALUES (?, 1, 1, ?)',
      [kinds.group, members],
    );
    ids.push(insertId);
    for (let user = 1; user <= members; user++) {
      await db.run('INSERT INTO members (conversation_id, user_id) VALUES (?, ?)', [insertId, user]);
    }
  }
  return ids;
}

/** A direct conversation of two friends. */
export async function createDirect(db: Mysql, a: number, b: number): Promise<number> {
  const { insertId } = await db.run(
    'INSERT INTO conversations (kind, direct_key, created_by, created_at, member_count) VALUES (?, ?, ?, 1, 2)',
    [kinds.direct, directKey(a, b), a],
  );
  for (const user of [a, b]) {
    await db.run('INSERT INTO members (conversation_id, user_id, friend) VALUES (?, ?, 1)', [insertId, user]);
  }
  return insertId;
}

export interface StoredRow {
  conversation: number;
  seq: number;
  sender: number;
  cid: string;
  text: string;
}

export async function storedRows(db: Mysql, conversation: number): Promise<StoredRow[]> {
  const rows = await db.rows<{ seq: number; sender_id: number; cid: Buffer; text: string }>(
    'SELECT seq, sender_id, cid, text FROM messages WHERE conversation_id = ? ORDER BY seq',
    [conversation],
  );
  return rows.map(({ seq, sender_id, cid, text }) => ({
    conversation,
    seq,
    sender: sender_id,
    cid: cid.toString(),
    text,
  }));
}

export async function headOf(db: Mysql, conversation: number): Promise<number> {
  const [row] = await db.rows<{ head: number }>(
    'SELECT COALESCE(MAX(seq), 0) AS head FROM messages WHERE conversation_id = ?',
    [conversation],
  );
  return Number(row!.head);
}
