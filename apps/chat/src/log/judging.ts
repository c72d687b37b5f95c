import type { Tx } from '@berth/mysql';
import type { BerthError } from '@berth/wire';
import type { Standing } from '../membership/standing.ts';
import type { OutgoingMessage } from './message-store.ts';

/** Whom a message is from, and where to. */
interface Pair {
  conversation: number;
  user: number;
}

/** The standing of users as a writer's connection reads it. */
export interface StandingReader {
  /** Of conversations that exist, through the connection that holds their locks. */
  readUnderLock(tx: Tx, pairs: readonly Pair[]): Promise<Standing[]>;
}

/** Why a message is not taken, given its sender's standing and the seq of the head that it would follow. */
export type RefusalRule = (
  message: OutgoingMessage,
  standing: Standing,
  head: number,
  now: number,
) => BerthError | undefined;
