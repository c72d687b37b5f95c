import type { ClientEvent, ClientLog } from './client-log.ts';
import { findMiscounted } from './counts-fold.ts';
import { findMisfolded } from './fold.ts';
import { findMisfoldedGroups } from './group-fold.ts';

/** When a user was a member: entitled to each seq with joinedSeq < seq ≤ (leftSeq ?? ∞). */
export interface Interval {
  conversation: number;
  user: number;
  joinedSeq: number;
  leftSeq?: number;
}

export type ViolationKind =
  /** Acknowledged, and an entitled member's device never showed it. */
  | 'lost'
  /** One (sender, cid) under two seqs, or one seq shown twice on a device. */
  | 'doubled'
  /** A seq between 1 and the highest one seen that nobody saw and nobody was acknowledged. */
  | 'gap'
  /** A device showed a lower seq after a higher one. */
  | 'disordered'
  /** Shown to someone who is not entitled to it. */
  | 'leaked'
  /** Two devices, or an acknowledgement and a device, disagree about what a seq is. */
  | 'contradicted'
  /** What was shown is not what was sent. */
  | 'altered'
  /** A message, a group, a thread or what is unread is not shown as the entries make it. */
  | 'misfolded';

export interface Violation {
  kind: ViolationKind;
  conversation: number;
  seq?: number;
  /** One sentence: who and what. */
  what: string;
}

interface Stored {
  sender: number;
  cid: string;
  text: string | undefined;
  acked: boolean;
  by: string;
}

interface Evidence {
  stored: Map<number, Stored>;
  /** `sender/cid` → seq */
  seqOf: Map<string, number>;
  /** `sender/cid` → text */
  sent: Map<string, string>;
  shown: Map<ClientLog, Set<number>>;
}

/**
 * Proves from the clients' logs that, per conversation, every acknowledged message reached every device of every entitled
 * member, each (sender, cid) once, in the same gapless order on every device, unaltered, and nothing reached anyone
 * else; and that messages which were changed are shown as their changes make them. `logs`: all devices, each complete: it was online at the end and had the time to catch up. Answers with every
 * violation, at most `limit` (default 100).
 */
export function check(logs: readonly ClientLog[], intervals: readonly Interval[], limit = 100): Violation[] {
  const violations: Violation[] = [];
  const conversations = new Map<number, Evidence>();
  for (const log of logs) gather(log, conversations, violations);
  for (const log of logs) confirmDeliveries(log, conversations, violations);
  for (const [conversation, evidence] of conversations) {
    const members = intervals.filter((interval) => interval.conversation === conversation);
    findGaps(conversation, evidence, violations);
    findLossesAndLeaks(conversation, evidence, logs, members, violations);
  }
  violations.push(...findMisfolded(logs), ...findMisfoldedGroups(logs), ...findMiscounted(logs));
  return violations.slice(0, limit);
}

/** First pass: what each client sent and what the server acknowledged to it. */
function gather(log: ClientLog, conversations: Map<number, Evidence>, violations: Violation[]): void {
  for (const event of log.events) {
    const evidence = evidenceOf(conversations, event.conversation);
    if (event.type === 'sent') evidence.sent.set(`${log.user}/${event.cid}`, event.text);
    else if (event.type === 'acked') {
      record(
        evidence,
        event,
        { sender: log.user, cid: event.cid, text: undefined, acked: true, by: log.device },
        violations,
      );
    }
  }
}

/** Second pass: what each client showed, held against the acknowledgements, against the other clients and against what was sent. */
function confirmDeliveries(
  log: ClientLog,
  conversations: Map<number, Evidence>,
  violations: Violation[],
): void {
  const highest = new Map<number, number>();
  for (const event of log.events) {
    if (event.type !== 'delivered') continue;
    const { conversation, seq, sender, cid, text } = event;
    const evidence = evidenceOf(conversations, conversation);
    const shown = evidence.shown.get(log) ?? new Set();
    evidence.shown.set(log, shown);
    const at = { conversation, seq };
    if (shown.has(seq)) violations.push({ kind: 'doubled', ...at, what: `${log.device} showed it twice` });
    else if (seq < (highest.get(conversation) ?? 0)) {
      violations.push({
        kind: 'disordered',
        ...at,
        what: `${log.device} showed it after ${highest.get(conversation)}`,
      });
    }
    highest.set(conversation, Math.max(seq, highest.get(conversation) ?? 0));
    shown.add(seq);
    record(evidence, event, { sender, cid, text, acked: false, by: log.device }, violations);
    const original = evidence.sent.get(`${sender}/${cid}`);
    if (original !== undefined && text !== undefined && original !== text) {
      violations.push({
        kind: 'altered',
        ...at,
        what: `${log.device} showed another text than user ${sender} sent as ${cid}`,
      });
    }
  }
}

function record(
  evidence: Evidence,
  { conversation, seq }: Extract<ClientEvent, { type: 'acked' | 'delivered' }>,
  found: Stored,
  violations: Violation[],
): void {
  const name = `${found.sender}/${found.cid}`;
  const before = evidence.seqOf.get(name);
  if (before !== undefined && before !== seq) {
    violations.push({
      kind: 'doubled',
      conversation,
      seq,
      what: `user ${found.sender}'s ${found.cid} is also seq ${before}`,
    });
  }
  evidence.seqOf.set(name, before ?? seq);
  const known = evidence.stored.get(seq);
  if (!known) {
    evidence.stored.set(seq, found);
    return;
  }
  const sameText = known.text === undefined || found.text === undefined || known.text === found.text;
  if (known.sender !== found.sender || known.cid !== found.cid || !sameText) {
    const what = `${found.by} has user ${found.sender}'s ${found.cid}, ${known.by} has user ${known.sender}'s ${known.cid}`;
    violations.push({ kind: 'contradicted', conversation, seq, what });
  }
  known.text ??= found.text;
  known.acked ||= found.acked;
}

function findGaps(conversation: number, { stored }: Evidence, violations: Violation[]): void {
  const head = stored.keys().reduce((highest, seq) => Math.max(highest, seq), 0);
  for (let seq = 1; seq <= head; seq++) {
    if (!stored.has(seq))
      violations.push({ kind: 'gap', conversation, seq, what: `nobody saw it, and ${head} is the head` });
  }
}

function findLossesAndLeaks(
  conversation: number,
  { stored, shown }: Evidence,
  logs: readonly ClientLog[],
  members: readonly Interval[],
  violations: Violation[],
): void {
  for (const log of logs) {
    const own = members.filter((interval) => interval.user === log.user);
    const entitled = (seq: number) =>
      own.some(({ joinedSeq, leftSeq }) => joinedSeq < seq && (leftSeq === undefined || seq <= leftSeq));
    const seen = shown.get(log) ?? new Set<number>();
    for (const seq of seen) {
      if (!entitled(seq)) {
        violations.push({
          kind: 'leaked',
          conversation,
          seq,
          what: `${log.device} (user ${log.user}) is not entitled to it`,
        });
      }
    }
    for (const [seq, message] of stored) {
      // Whatever one device saw is stored, acknowledged or not, so every entitled one must see it.
      if (entitled(seq) && !seen.has(seq)) {
        const what = `${log.device} (user ${log.user}) never showed user ${message.sender}'s ${message.cid}${message.acked ? ', which was acknowledged' : ''}`;
        violations.push({ kind: 'lost', conversation, seq, what });
      }
    }
  }
}

function evidenceOf(conversations: Map<number, Evidence>, conversation: number): Evidence {
  let evidence = conversations.get(conversation);
  if (!evidence) {
    evidence = { stored: new Map(), seqOf: new Map(), sent: new Map(), shown: new Map() };
    conversations.set(conversation, evidence);
  }
  return evidence;
}
