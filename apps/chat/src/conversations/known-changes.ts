import type { Tx } from '@berth/mysql';
import { BerthError, type EntryDetails } from '@berth/wire';
import { type AppendedEntry, changeName } from '../log/append-entries.ts';
import { entryKinds } from '../log/entry-kinds.ts';
import { parseState } from '../log/message-state.ts';
import { inChunks } from '../stores/chunks.ts';
import type { FoundRow } from './change-judge.ts';
import type { PendingChange } from './pending-changes.ts';

interface KnownRow {
  conversation_id: number;
  seq: number;
  kind: number;
  uncounted: number;
  sender_id: number;
  cid: Buffer;
  sent_at: number;
  text: string;
}

/** A change that may be stored, and the message that it is of. */
interface Asked {
  pending: PendingChange;
  message: FoundRow | undefined;
}

/** What a change may be stored as. */
interface Identity {
  conversation: number;
  sender: number;
  name: Buffer;
}

const columns = 'conversation_id, seq, kind, uncounted, sender_id, cid, sent_at, text';

/** Those that are stored, by their names: the entry as it was told then, or that its name is another change’s. */
export async function readKnownChanges(
  tx: Tx,
  asked: readonly Asked[],
): Promise<Map<PendingChange, AppendedEntry | BerthError>> {
  const rows = new Map<string, KnownRow>();
  await inChunks(asked.flatMap(identitiesOf), 32, async (chunk) => {
    const any = chunk.map(() => '(conversation_id = ? AND sender_id = ? AND cid = ?)').join(' OR ');
    const found = await tx.rows<KnownRow>(
      `SELECT ${columns} FROM messages FORCE INDEX (messages_cid) WHERE ${any}`,
      chunk.flatMap(({ conversation, sender, name }) => [conversation, sender, name]),
    );
    for (const row of found)
      rows.set(keyOf({ conversation: row.conversation_id, sender: row.sender_id, name: row.cid }), row);
  });
  return new Map(
    asked.flatMap((one) => {
      const row = identitiesOf(one)
        .map((identity) => rows.get(keyOf(identity)))
        .find((known) => known !== undefined);
      return row === undefined ? [] : [[one.pending, knownChange(row, one)]];
    }),
  );
}

/** A vote in an anonymous poll is in the name of who asked. */
function identitiesOf({ pending: { kind, change }, message }: Asked): Identity[] {
  const { conversation, sender, cid } = change;
  const own = { conversation, sender, name: changeName(cid) };
  if (kind !== 'polled' || message === undefined) return [own];
  return [own, { conversation, sender: message.sender_id, name: changeName(cid, sender) }];
}

const keyOf = ({ conversation, sender, name }: Identity): string =>
  `${conversation} ${sender} ${name.toString('hex')}`;

/** A change that was stored before may never have been pushed: its node may have died after the commit. */
function knownChange(
  known: KnownRow,
  { pending: { kind, change }, message }: Asked,
): AppendedEntry | BerthError {
  const details = JSON.parse(known.text) as EntryDetails & { sentAt: number };
  if (known.kind !== entryKinds.indexOf(kind) || details.target !== change.target)
    return new BerthError('conflict', 'this cid names another change');
  const { seq, uncounted, sender_id: sender, sent_at: sentAt } = known;
  const mentions = parseState(message?.state ?? null)?.mentions;
  const words = { text: message?.text ?? '', ...(mentions && { mentions }) };
  const told = kind === 'edited' ? { ...details, ...words } : details;
  return { seq, uncounted, sender, kind, details: told, sentAt };
}
