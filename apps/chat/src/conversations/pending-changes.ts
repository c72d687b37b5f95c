import type { ChangeKind } from '../log/entry-kinds.ts';
import type { Change, CommittedChange, Work } from './change-work.ts';

/** A change that waits for its turn. */
export interface PendingChange {
  kind: ChangeKind;
  change: Change;
  work: Work;
  /** Monotonic milliseconds. */
  since: number;
  /** Undefined: nothing had to change. */
  done: PromiseWithResolvers<CommittedChange | undefined>;
}

/** Changes of one conversation that are done in one go. */
export interface ChangeLot {
  conversation: number;
  changes: readonly PendingChange[];
}

/** In one go at most. */
const maxTogether = 32;

/**
 * Those that wait and may be done in one go with the first: each judges by what was read before all of them, so no two may be about
 * the same message, pin something or have one name, but for those that share; and what counts the pins goes with nothing that takes
 * a message back, which may be pinned. None overtakes another of the same message.
 */
export function togetherWith(first: PendingChange, queue: readonly PendingChange[]): PendingChange[] {
  const together = [first];
  const names = new Set([nameOf(first)]);
  /** Who shares a message; undefined: it is nobody else's now. */
  const targets = new Map<number, Set<number> | undefined>([[first.change.target, sharersOf(first)]]);
  let pins = first.kind === 'pinned';
  let recalls = first.kind === 'recalled';
  for (const pending of queue) {
    if (together.length >= maxTogether) break;
    if (pending === first) continue;
    const { target, sender } = pending.change;
    const sharers = targets.get(target);
    const isFree =
      !targets.has(target) || (pending.work.shares === true && sharers !== undefined && !sharers.has(sender));
    const isCounted =
      (pending.kind === 'pinned' && (pins || recalls)) || (pending.kind === 'recalled' && pins);
    if (!isFree || names.has(nameOf(pending)) || isCounted) {
      targets.set(target, undefined);
      // What was pinned later is not pinned before it.
      pins ||= pending.kind === 'pinned';
      continue;
    }
    if (targets.has(target)) sharers!.add(sender);
    else targets.set(target, sharersOf(pending));
    names.add(nameOf(pending));
    pins ||= pending.kind === 'pinned';
    recalls ||= pending.kind === 'recalled';
    together.push(pending);
  }
  return together;
}

const nameOf = ({ change: { sender, cid } }: PendingChange): string => `${sender} ${cid}`;

const sharersOf = ({ change, work }: PendingChange): Set<number> | undefined =>
  work.shares ? new Set([change.sender]) : undefined;
