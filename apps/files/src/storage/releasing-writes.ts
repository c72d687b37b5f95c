import fs from 'node:fs';
import { release } from './release.ts';

/**
 * What `createWriteStream` takes in place of the file system: pieces are released once they are written. A system that writes a part of
 * several is asked again, since the stream would go on behind the whole.
 */
export const releasingWrites: Pick<typeof fs, 'open' | 'write' | 'writev' | 'close'> = {
  open: fs.open,
  close: fs.close,
  write: ((
    descriptor: number,
    piece: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (error: NodeJS.ErrnoException | null, bytes: number, piece: Buffer) => void,
  ) =>
    fs.write(descriptor, piece, offset, length, position, (error, bytes) => {
      done(error, bytes, piece);
      if (!error && bytes === piece.length) release(piece);
    })) as typeof fs.write,
  writev: ((
    descriptor: number,
    pieces: Buffer[],
    position: number,
    done: (error: NodeJS.ErrnoException | null, bytes: number, pieces: Buffer[]) => void,
  ) => {
    const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const write = (left: Buffer[], written: number) =>
      fs.writev(descriptor, left, position + written, (error, bytes) => {
        const all = written + bytes;
        // Nothing at all is an error of the next call, or would be one for ever.
        if (!error && bytes > 0 && all < size) return write(beyond(pieces, all), all);
        done(error, all, pieces);
        if (!error && all === size) for (const piece of pieces) release(piece);
      });
    write(pieces, 0);
  }) as typeof fs.writev,
};

function beyond(pieces: Buffer[], bytes: number): Buffer[] {
  let begin = bytes;
  return pieces.flatMap((piece) => {
    const rest = piece.subarray(Math.min(begin, piece.length));
    begin -= piece.length - rest.length;
    return rest.length > 0 ? [rest] : [];
  });
}
