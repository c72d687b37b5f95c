/** Where a tile of an album is, in parts of the album's width and height. */
export interface Tile {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface AlbumLayout {
  /** Width by height. */
  ratio: number;
  tiles: Tile[];
}

/** Beyond these a tile is cut: what is long and thin would leave nothing of the others. */
const thinnest = 0.66;
const widest = 2;
/** One alone may be longer. */
const thinnestAlone = 0.5;
const widestAlone = 3;
const maxPerRow = 4;
/** What an album would like to be. */
const wantedRatio = 1;

const clamp = (value: number, from: number, to: number): number => Math.min(to, Math.max(from, value));

/**
 * Puts 1 to 10 pictures into rows that fill the width, each as high as its pictures want; of all ways to cut them into rows
 * the one whose shape is nearest to a square, with rows about as high as each other. `ratios`: width by height.
 */
export function layOutAlbum(ratios: readonly number[]): AlbumLayout {
  if (ratios.length === 1) {
    const ratio = clamp(ratios[0]!, thinnestAlone, widestAlone);
    return { ratio, tiles: [{ left: 0, top: 0, width: 1, height: 1 }] };
  }
  const cut = ratios.map((ratio) => clamp(ratio, thinnest, widest));
  let best: { rows: number[][]; cost: number } | undefined;
  for (const rows of partitions(cut)) {
    const heights = rows.map(heightOf);
    const height = heights.reduce((sum, each) => sum + each, 0);
    const shape = Math.abs(Math.log(height * wantedRatio));
    const mean = height / rows.length;
    const unevenness = Math.max(...heights.map((each) => Math.abs(Math.log(each / mean))));
    const tiny = heights.some((each) => each < 0.2) ? 1 : 0;
    const cost = shape + unevenness / 2 + tiny;
    if (!best || cost < best.cost) best = { rows, cost };
  }
  const rows = best!.rows;
  const total = rows.reduce((sum, row) => sum + heightOf(row), 0);
  const tiles: Tile[] = [];
  let top = 0;
  for (const row of rows) {
    const sum = row.reduce((all, ratio) => all + ratio, 0);
    const height = heightOf(row) / total;
    let left = 0;
    for (const ratio of row) {
      tiles.push({ left, top, width: ratio / sum, height });
      left += ratio / sum;
    }
    top += height;
  }
  return { ratio: 1 / total, tiles };
}

/** Of a row that is 1 wide. */
const heightOf = (row: readonly number[]): number => 1 / row.reduce((sum, ratio) => sum + ratio, 0);

/** All ways to cut into rows of at most `maxPerRow`. */
function* partitions(ratios: readonly number[]): Generator<number[][]> {
  if (ratios.length === 0) {
    yield [];
    return;
  }
  for (let count = 1; count <= Math.min(maxPerRow, ratios.length); count++)
    for (const rest of partitions(ratios.slice(count))) yield [ratios.slice(0, count), ...rest];
}
