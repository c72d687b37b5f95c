import { type Box, boxesIn, type ReadPart, topBoxes } from './boxes.ts';

/** A picture with more of it than this says too much. */
const maxMetaBytes = 4 * 1_048_576;
/** Of all items, and bytes that are overwritten. */
const limits = { extents: 20_000, bytes: 16 * 1_048_576 };

export interface Extent {
  offset: number;
  length: number;
}

/** Whether it is a picture that nothing here can open, whose metadata can be found all the same. */
export const isHeic = (type: string): boolean => /^image\/hei[cf](-sequence)?$/.test(type);

/**
 * Where a HEIF picture keeps what is not to be seen of it: EXIF (position, time, camera) and XMP. Overwritten with zeros it is shown as
 * before: how it is turned stands elsewhere. Throws RangeError for what is no such file.
 */
export async function heicMetadata(read: ReadPart, bytes: number): Promise<Extent[]> {
  const meta = (await topBoxes(read, bytes)).find(({ type }) => type === 'meta');
  if (meta === undefined) return [];
  if (meta.end - meta.start > maxMetaBytes) throw new RangeError('too much metadata');
  const content = await read(meta.start, meta.end - meta.start);
  // Behind the version and flags.
  const boxes = boxesIn(content, 4, content.length);
  const [items, places, own] = ['iinf', 'iloc', 'idat'].map((wanted) =>
    boxes.find(({ type }) => type === wanted),
  );
  if (items === undefined || places === undefined) return [];
  const told = itemsOf(content, items);
  const ownStart = own === undefined ? undefined : meta.start + own.start;
  const extents = extentsOf(content, places, told, ownStart);
  for (const { offset, length } of extents)
    if (offset + length > bytes) throw new RangeError('metadata behind the end');
  if (extents.reduce((sum, { length }) => sum + length, 0) > limits.bytes)
    throw new RangeError('too much metadata');
  return extents;
}

/** The ids of items that are EXIF or XMP. */
function itemsOf(content: Buffer, box: Box): Set<number> {
  const first = box.start + 4 + (content[box.start] === 0 ? 2 : 4);
  const found = new Set<number>();
  for (const { type, start, end } of boxesIn(content, first, box.end)) {
    const version = content[start]!;
    if (type !== 'infe' || version < 2) continue;
    const idBytes = version === 2 ? 2 : 4;
    const at = start + 4 + idBytes + 2;
    const kind = content.toString('latin1', at, at + 4);
    const isXmp = kind === 'mime' && content.toString('latin1', at + 4, end).includes('rdf+xml');
    if (kind === 'Exif' || isXmp) found.add(content.readUIntBE(start + 4, idBytes));
  }
  return found;
}

/** The parts of the file that these items are in; `ownStart`: of the box beside, where small ones may be. */
function extentsOf(content: Buffer, box: Box, wanted: Set<number>, ownStart: number | undefined): Extent[] {
  const version = content[box.start]!;
  let at = box.start + 4;
  const take = (bytes: number): number => {
    if (at + bytes > box.end) throw new RangeError('cut off');
    const value =
      bytes === 0 ? 0 : bytes === 8 ? Number(content.readBigUInt64BE(at)) : content.readUIntBE(at, bytes);
    at += bytes;
    return value;
  };
  const sizes = take(2);
  const [offsetBytes, lengthBytes, baseBytes, indexBytes] = [sizes >> 12, sizes >> 8, sizes >> 4, sizes].map(
    (bits) => bits & 15,
  ) as [number, number, number, number];
  const extents: Extent[] = [];
  let looked = 0;
  for (let items = take(version < 2 ? 2 : 4); items > 0; items--) {
    const id = take(version < 2 ? 2 : 4);
    const isOwn = version > 0 && (take(2) & 15) === 1;
    take(2);
    const base = take(baseBytes);
    for (let parts = take(2); parts > 0; parts--) {
      if (++looked > limits.extents) throw new RangeError('too many extents');
      if (version > 0) take(indexBytes);
      const offset = base + take(offsetBytes);
      const length = take(lengthBytes);
      if (!wanted.has(id)) continue;
      if (isOwn && ownStart === undefined) throw new RangeError('there is no such place');
      extents.push({ offset: isOwn ? ownStart! + offset : offset, length });
    }
  }
  return extents;
}
