import type { Tx } from '@berth/mysql';
import { inChunks } from '../stores/chunks.ts';

/** What a message says. */
export interface EditedText {
  text: string;
}

/** What messages say now, by `conversation:seq`. */
export async function readEditedTexts(
  db: Pick<Tx, 'rows'>,
  places: readonly { conversation: number; seq: number }[],
): Promise<Map<string, EditedText>> {
  const found = new Map<string, EditedText>();
  await inChunks(places, 64, async (chunk) => {
    const any = Array(chunk.length).fill('(conversation_id = ? AND seq = ?)').join(' OR ');
    const rows = await db.rows<{ conversation_id: number; seq: number; text: string }>(
      `SELECT conversation_id, seq, text FROM messages FORCE INDEX (PRIMARY) WHERE ${any}`,
      chunk.flatMap(({ conversation, seq }) => [conversation, seq]),
    );
    for (const { conversation_id, seq, text } of rows) found.set(`${conversation_id}:${seq}`, { text });
  });
  return found;
}
