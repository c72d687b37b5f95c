/** What may stand for a mark of a statement. */
export type SpelledValue = number | string | Uint8Array | null;

/** A statement with a value for each `?`; none may stand in a text or a name. */
export interface Statement {
  sql: string;
  params?: readonly SpelledValue[];
}

/** Rows of a SELECT; of anything else what it changed, which nobody asks for. */
export type Answered = readonly unknown[];

/**
 * Several statements as one text, to be run one after the other until one fails. A value is spelled in digits, those of bytes
 * hexadecimal, and so are those of a text with anything in it that could end it or begin an escape, so that nothing of it can be
 * read as SQL, whatever mode or character set the session has.
 */
export const spell = (statements: readonly Statement[]): string => statements.map(spellOne).join(';\n');

function spellOne({ sql, params = [] }: Statement): string {
  const parts = sql.split('?');
  const marks = parts.length - 1;
  if (marks !== params.length) throw new TypeError(`${marks} marks for ${params.length} values`);
  let spelled = parts[0]!;
  for (let at = 0; at < marks; at++) spelled += literalOf(params[at]) + parts[at + 1]!;
  return spelled;
}

/** Nothing else ends a text: of no character set that a client may have is a quote a part of a longer character. */
const hasMarks = /['\\\p{Cc}\p{Cs}]/u;

function literalOf(value: SpelledValue | undefined): string {
  if (value === null) return 'NULL';
  // Hexadecimal it is twice as long, for both sides.
  if (typeof value === 'string')
    return hasMarks.test(value) ? `_utf8mb4 X'${Buffer.from(value).toString('hex')}'` : `_utf8mb4'${value}'`;
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`;
  if (!Number.isSafeInteger(value)) throw new TypeError(`a statement cannot have the value ${value}`);
  return String(value);
}
