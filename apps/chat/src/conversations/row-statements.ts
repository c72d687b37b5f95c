import type { SpelledValue, Statement } from '@berth/mysql';

/** What is done to one row: what begins alike is done by one statement. */
export interface RowStatement {
  begins: string;
  /** Where there is one row alone, in place of that. */
  alone?: string;
  /** With a mark for each value. */
  row: string;
  /** Between two rows. */
  between: ', ' | ' OR ';
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
  for (const [begins, rows] of alike)
    statements.push({
      sql: `${rows.length === 1 ? (rows[0]!.alone ?? begins) : begins}${rows.map(({ row }) => row).join(rows[0]!.between)}`,
      params: rows.flatMap(({ params }) => params),
    });
  return statements;
}
