import type { Answers, Pushes, WireError } from '@berth/wire';
import type { ElectionMessage } from './tab-election.ts';
import type { ToldState } from './told-state.ts';

/** What the leader says to all. `link` numbers its connections; 0: there is none that was greeted. */
export type LeaderMessage =
  | { kind: 'state'; tab: string; state: ToldState; link: number; hello?: Answers['hello'] | undefined }
  | { kind: 'push'; link: number; name: keyof Pushes; body: unknown; except?: string | undefined }
  | { kind: 'answer'; to: string; ask: number; parts?: unknown[]; error?: WireError; lost?: boolean }
  /** It is there, on that connection. */
  | { kind: 'pong'; to: string; link: number };

/** What another tab says to the leader. */
export type FollowerMessage =
  | { kind: 'join'; tab: string }
  | { kind: 'connect' }
  | { kind: 'wake' }
  | { kind: 'end'; state: ToldState; goodbye: boolean }
  | {
      kind: 'ask';
      tab: string;
      ask: number;
      link: number;
      name: string;
      /** Frames that go before, of the same request. */
      before: object[];
      body: object;
      timeoutMs: number;
    }
  | { kind: 'tell'; link: number; name: string; body: object }
  /** Are you there? `owed`: the node owes an answer for too long. */
  | { kind: 'ping'; tab: string; owed: boolean }
  /** The node does not answer: leave it, if it was silent for so long. */
  | { kind: 'leave'; link: number; silentMs: number };

/** Who of the tabs is there. */
type RollMessage = { kind: 'whoIsThere' } | { kind: 'iAm'; tab: string } | { kind: 'iLeave' };

export type TabMessage = LeaderMessage | FollowerMessage | ElectionMessage | RollMessage;
