import type { Kick, PeerBatch, PresenceChange } from '@berth/contracts/chat';
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
  onPresence(changes: readonly PresenceChange[]): void;
}

/** Does what other nodes say. */
export class PeerInbox {
  readonly #options: PeerInboxOptions;

  constructor(options: PeerInboxOptions) {
    this.#options = options;
  }

  take(batch: PeerBatch): void {
    const { local, memberships, repair, heads, onPresence } = this.#options;
    for (const { entry } of batch.entries)
      switch (entry?.$case) {
        case 'deliver':
          heads.heard(entry.value);
          local.deliver(entry.value);
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

  /** Ends the session that held the route, unless it has claimed a newer one since. */
  #kick({ user, deviceClass, session: id, epoch, moved, toNode, limit }: Kick): void {
    for (const session of [...this.#options.index.sessionsOf(user)])
      if (session.deviceClass === deviceClass && session.id === id && session.epoch <= epoch)
        session.close(moved ? 'moved' : 'kicked', moved ? { node: toNode } : { limit });
  }
}
