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
 * Several statements as one text, to be run one after the other until one fails. A value is spelled in digits, those of bytes and
 * texts hexadecimal, so that nothing of it can be read as SQL, whatever mode or character set the session has.
 */
export const spell = (statements: readonly Statement[]): string =>
  statements
    .map(({ sql, params = [] }) => {
      let next = 0;
      const spelled = sql.replaceAll('?', () => literalOf(params[next++]));
      if (next !== params.length) throw new TypeError(`${next} marks for ${params.length} values`);
      return spelled;
    })
    .join(';\n');

function literalOf(value: SpelledValue | undefined): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return `_utf8mb4 X'${Buffer.from(value).toString('hex')}'`;
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`;
  if (!Number.isSafeInteger(value)) throw new TypeError(`a statement cannot have the value ${value}`);
  return String(value);
}
