import type { Message } from '@berth/wire';
import { formatCursor } from '../conversations/cursor.ts';
import { editIn, editLine } from '../log/old-lines.ts';
import { timeOf } from './old-text.ts';
import type { AskUseCase } from './use-cases.ts';

/** Of what stood there before, in characters as a person counts them. */
const maxQuoted = 40;
/** The same in UTF-16 units: one character may have any number of marks. */
const maxQuotedUnits = 160;

const characters = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** How a text begins, in one line. */
export function quoteOf(text: string): string {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  let quote = '';
  let count = 0;
  for (const { segment } of characters.segment(line)) {
    if (count === maxQuoted || quote.length + segment.length > maxQuotedUnits) return `${quote.trimEnd()}…`;
    quote += segment;
    count++;
  }
  return quote;
}

/**
 * The same messages, where the line of an edit names what it corrects: such clients show no replies. By how that began, where
 * versions are kept; else by when it was sent.
 */
export const withNamedEdits = (ask: AskUseCase, messages: readonly Message[]): Promise<Message[]> =>
  Promise.all(
    messages.map(async (message) => {
      const edit = editIn(message);
      if (edit === undefined) return message;
      const name = (await quoted(ask, message, edit.target)) ?? (await timed(ask, message, edit.target));
      return name === undefined ? message : { ...message, text: editLine(edit.words, name) };
    }),
  );

async function quoted(ask: AskUseCase, edit: Message, target: number): Promise<string | undefined> {
  const cursor = formatCursor(edit.seq - 1);
  const { conversation } = edit;
  const [before] = (await ask('versions', { conversation, target, cursor, limit: 1 })).versions;
  // One that was there no earlier than the edit is what a later edit replaced: this one's was not kept.
  if (before === undefined || before.at >= edit.sentAt) return undefined;
  const quote = quoteOf(before.text);
  return quote === '' ? undefined : `"${quote}"`;
}

/** Undefined for what the user has deleted. */
async function timed(
  ask: AskUseCase,
  { conversation }: Message,
  target: number,
): Promise<string | undefined> {
  const { messages } = await ask('sync', { conversation, after: target - 1, limit: 1 });
  const [message] = messages;
  return message?.seq === target ? timeOf(message.sentAt) : undefined;
}
