/** A part of a file from `offset` on, at most so many bytes. */
export type ReadPart = (offset: number, bytes: number) => Promise<Buffer>;

/** A box of ISO 14496-12, which MP4, QuickTime and HEIF are made of. */
export interface Box {
  type: string;
  /** Where what is in it begins, and ends. */
  start: number;
  end: number;
}

/** Of one file at most: a film that is sent in pieces has two for each. */
const maxBoxes = 64;

/** The outermost boxes in their order, as many as are looked at. Throws RangeError for one that does not fit the file. */
export async function topBoxes(read: ReadPart, bytes: number): Promise<Box[]> {
  const boxes: Box[] = [];
  // What is left over at the end of some is no box.
  for (let at = 0; bytes - at >= 8 && boxes.length < maxBoxes; at = boxes.at(-1)!.end)
    boxes.push(boxAt(await read(at, 16), 0, at, bytes));
  return boxes;
}

/** The boxes in a part of `content`. Throws RangeError. */
export function boxesIn(content: Buffer, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let at = from; at < to; at = boxes.at(-1)!.end) boxes.push(boxAt(content, at, at, to));
  return boxes;
}

/** That whose head is at `head` of `content` and at `place` of the whole, which ends at `end`. */
function boxAt(content: Buffer, head: number, place: number, end: number): Box {
  let size = content.readUInt32BE(head);
  let headBytes = 8;
  if (size === 1) {
    size = Number(content.readBigUInt64BE(head + 8));
    headBytes = 16;
  } else if (size === 0) size = end - place;
  if (size < headBytes || place + size > end) throw new RangeError(`a box of ${size} bytes does not fit`);
  return {
    type: content.toString('latin1', head + 4, head + 8),
    start: place + headBytes,
    end: place + size,
  };
}
