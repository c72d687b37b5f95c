import fs from 'node:fs';
import type { Lane } from './pace.ts';

/** What `createReadStream` takes in place of the file system: each read when it is its turn. */
export function pacedReads(lane: Lane): Pick<typeof fs, 'open' | 'read' | 'close'> {
  const read = (
    descriptor: number,
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (error: NodeJS.ErrnoException | null, bytes: number, buffer: Buffer) => void,
  ) => lane.pass(length, () => fs.read(descriptor, buffer, offset, length, position, done));
  return { open: fs.open, close: fs.close, read: read as typeof fs.read };
}
