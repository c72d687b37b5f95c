import type { Tx } from '@berth/mysql';
import type { Mention } from '@berth/wire';
import { inChunks } from '../stores/chunks.ts';
import { parseState } from './message-state.ts';

/** What a message says. */
export interface EditedText {
  text: string;
  mentions?: Mention[];
}

/** What messages say now, by `conversation:seq`. */
export async function readEditedTexts(
  db: Pick<Tx, 'rows'>,
  places: readonly { conversation: number; seq: number }[],
): Promise<Map<string, EditedText>> {
  const found = new Map<string, EditedText>();
  await inChunks(places, 64, async (chunk) => {
    const any = Array(chunk.length).fill('(conversation_id = ? AND seq = ?)').join(' OR ');
    const rows = await db.rows<{
      conversation_id: number;
      seq: number;
      text: string;
      state: string | null;
    }>(
      `SELECT conversation_id, seq, text, state FROM messages FORCE INDEX (PRIMARY) WHERE ${any}`,
      chunk.flatMap(({ conversation, seq }) => [conversation, seq]),
    );
    for (const { conversation_id, seq, text, state } of rows) {
      const mentions = parseState(state)?.mentions;
      found.set(`${conversation_id}:${seq}`, { text, ...(mentions && { mentions }) });
    }
  });
  return found;
}
