/** One pattern, measured on all three in one run. */
export interface Row {
  name: string;
  unit: string;
  berth: number;
  relay: number;
  socketIo: number;
}

const shown = (value: number): string =>
  value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en');

/** A part of Berth by itself, against the least that its store could be asked to do. */
export interface PartRow {
  name: string;
  ours: number;
  bare: number;
  ratio: number;
  /** What `bare` is. */
  by: string;
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function renderTable(rows: Row[]): string {
  const lines = rows.map(({ name, unit, berth, relay, socketIo }) =>
    [
      name,
      shown(berth) + unit,
      shown(relay) + unit,
      shown(socketIo) + unit,
      (berth / relay).toFixed(2),
      (berth / socketIo).toFixed(2),
    ].join(' | '),
  );
  const head = ['pattern', 'Berth', 'bare relay', 'socket.io', 'Berth ÷ relay', 'Berth ÷ socket.io'];
  return [head.join(' | '), head.map(() => '---').join(' | '), ...lines]
    .map((line) => `| ${line} |`)
    .join('\n');
}

export function renderPartTable(rows: PartRow[]): string {
  const lines = rows.map(({ name, ours, bare, ratio, by }) => [
    name,
    `${shown(ours)}/s`,
    `${shown(bare)}/s`,
    by,
    ratio.toFixed(2),
  ]);
  const head = ['part', 'Berth', 'bare', 'what is bare', 'ratio'];
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
