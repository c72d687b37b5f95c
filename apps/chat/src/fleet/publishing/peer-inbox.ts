import type { Deliver, Kick, PeerBatch, PresenceChange } from '@berth/contracts/chat';
import type { TraceSpan, Tracing } from '@berth/telemetry';
import type { LogHeads } from '../../log/log-heads.ts';
import type { SessionIndex } from '../../session/session-index.ts';
import type { LocalDelivery } from './local-delivery.ts';
import type { MembershipSync } from './membership-sync.ts';
import type { TailRepair } from './tail-repair.ts';

export interface PeerInboxOptions {
  index: SessionIndex;
  local: LocalDelivery;
  memberships: MembershipSync;
  repair: TailRepair;
  heads: LogHeads;
  tracing: Tracing;
  onPresence(changes: readonly PresenceChange[]): void;
}

/** Bytes of frames that go on as one, about. */
const maxRunBytes = 65_536;

const none: readonly TraceSpan[] = [];

/** Whether it stands behind the other in its conversation, and is for the same sessions. */
const follows = (previous: Deliver | undefined, next: Deliver): boolean =>
  previous !== undefined &&
  previous.conversation === next.conversation &&
  previous.seq > 0 &&
  previous.seq + 1 === next.seq &&
  previous.membersVersion === next.membersVersion &&
  previous.exceptUsers.length + next.exceptUsers.length === 0;

/** Does what other nodes say. */
export class PeerInbox {
  readonly #options: PeerInboxOptions;

  constructor(options: PeerInboxOptions) {
    this.#options = options;
  }

  take(batch: PeerBatch): void {
    const { local, memberships, repair, heads, onPresence } = this.#options;
    let run: Deliver[] = [];
    let runBytes = 0;
    for (const { entry } of batch.entries) {
      const goesOn = entry?.$case === 'deliver' && follows(run.at(-1), entry.value) && runBytes < maxRunBytes;
      if (run.length > 0 && !goesOn) {
        this.#deliver(run);
        run = [];
        runBytes = 0;
      }
      switch (entry?.$case) {
        case 'deliver':
          heads.heard(entry.value);
          run.push(entry.value);
          runBytes += entry.value.frame.length;
          break;
        case 'notify':
          local.notify(entry.value.users, entry.value.frame, entry.value.exceptSession || undefined);
          break;
        case 'kick':
          this.#kick(entry.value);
          break;
        case 'membership':
          heads.forget(entry.value.conversation);
          void memberships.changed(entry.value);
          break;
        case 'presence':
          onPresence(entry.value.changes);
          break;
        case 'dropped':
          if (entry.value.all) repair.requestAll();
          else for (const conversation of entry.value.conversations) repair.request(conversation);
          break;
        default:
        // An entry of a later version of the contract.
      }
    }
    if (run.length > 0) this.#deliver(run);
  }

  /** What one commit brought comes as entries behind one another, and goes on as one. */
  #deliver(run: readonly Deliver[]): void {
    const { conversation, seq, membersVersion, exceptUsers } = run[0]!;
    const frames = run.map(({ frame }) => frame);
    const { sentAt } = run.at(-1)!;
    const { local, tracing } = this.#options;
    const spans = tracing.isOn ? beginDeliveries(tracing, run) : none;
    local.deliver({ conversation, seq, sentAt, membersVersion, frames, exceptUsers });
    for (const span of spans) span.end();
  }

  /** Ends the session that held the route, unless it has claimed a newer one since. */
  #kick({ user, deviceClass, session: id, epoch, moved, toNode, limit }: Kick): void {
    for (const session of [...this.#options.index.sessionsOf(user)])
      if (session.deviceClass === deviceClass && session.id === id && session.epoch <= epoch)
        session.close(moved ? 'moved' : 'kicked', moved ? { node: toNode } : { limit });
  }
}

/** Of the entries that come with a trace: that they came from another node, and their way to the sessions here. */
function beginDeliveries(tracing: Tracing, run: readonly Deliver[]): readonly TraceSpan[] {
  if (!run.some(({ traceparent }) => traceparent !== '')) return none;
  const peers = run.flatMap(({ traceparent }) => tracing.follow(traceparent, 'peer', 'consumer') ?? []);
  return [...peers.map((peer) => peer.child('deliver')), ...peers];
}
