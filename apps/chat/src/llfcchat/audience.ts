import type { MysqlOldMessageIds } from '../membership/mysql-old-message-ids.ts';
import type { ToldPeople } from './told-people.ts';
import type { AskUseCase } from './use-cases.ts';

/**
 * Which of the dialect's variants a client speaks: `threads` pages through what it missed, `plain` must be pushed it. As
 * long as that is unknown texts wait: the one would not look at them, the other gets them with what it missed, in order.
 */
export type Variant = 'unknown' | 'plain' | 'threads';

/** One old client, as texts are pushed to it. */
export interface Audience {
  readonly user: number;
  readonly variant: Variant;
  readonly told: ToldPeople;
  readonly ids: Pick<MysqlOldMessageIds, 'upTo'>;
  ask: AskUseCase;
  /** The other one of a direct conversation; undefined for a group. */
  peerOf(conversation: number): Promise<number | undefined>;
  /** Whether the client has a frame for pictures; any other is told them as text. */
  showsPictures(): Promise<boolean>;
  /** There is something to push. */
  wake(): void;
}
