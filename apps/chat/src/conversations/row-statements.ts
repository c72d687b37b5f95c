import type { SpelledValue, Statement } from '@berth/mysql';

/** What is done to one row: what begins alike is done by one statement. */
export interface RowStatement {
  begins: string;
  /** The whole statement where there is one row alone. */
  alone?: string;
  /** With a mark for each value. */
  row: string;
  /** After the last one; of what stands in brackets. */
  ends?: string;
  params: readonly SpelledValue[];
}

/** In any order, since none goes by another one’s. */
export function togetherOf(writes: readonly (Statement | RowStatement)[]): Statement[] {
  const statements: Statement[] = [];
  const alike = new Map<string, RowStatement[]>();
  for (const write of writes) {
    if ('sql' in write) {
      statements.push(write);
      continue;
    }
    const rows = alike.get(write.begins);
    if (rows === undefined) alike.set(write.begins, [write]);
    else rows.push(write);
  }
  for (const [begins, rows] of alike) {
    const [{ alone, ends = '' }] = rows as [RowStatement, ...RowStatement[]];
    const isAlone = rows.length === 1 && alone !== undefined;
    statements.push({
      sql: isAlone ? alone : `${begins}${rows.map(({ row }) => row).join(', ')}${ends}`,
      params: rows.flatMap(({ params }) => params),
    });
  }
  return statements;
}
