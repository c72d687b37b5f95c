import type { EntryKind, Message } from '@berth/wire';
import type { MessageChange } from './message-change.ts';

/** What entries of a kind always tell; others tell who did it (`sender`) and when alone. */
interface Facts {
  invited: 'users';
  removed: 'users';
  role: 'users' | 'role';
  muted: 'users' | 'mutedUntil';
  title: 'title';
  settings: 'settings';
}

type ChangeKind = MessageChange['kind'];
type OwnKind = Exclude<EntryKind, 'text' | ChangeKind>;

/** An entry of one kind, with what it always tells. */
export type Entry<K extends OwnKind = OwnKind> = Message & {
  kind: K;
} & (K extends keyof Facts ? Required<Pick<Message, Facts[K]>> : unknown);

/**
 * An event for each kind, beside `entry` and `change`, which have them all: `entry:title`, `change:edited`. Emitted right
 * after those, in the same order.
 */
export type KindEvents = {
  [K in OwnKind as `entry:${K}`]: { entry: Entry<K>; live: boolean };
} & {
  [K in ChangeKind as `change:${K}`]: { change: Extract<MessageChange, { kind: K }>; live: boolean };
};
