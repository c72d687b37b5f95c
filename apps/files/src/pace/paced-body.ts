import type { TransformCallback } from 'node:stream';
import { StreamLimiter } from '@tus/server';
import type { Lane } from './pace.ts';

/** The body of an upload: at most so many bytes, each piece when it is its turn. */
export class PacedBody extends StreamLimiter {
  readonly #lane: Lane;

  constructor(maxBytes: number, lane: Lane) {
    super(maxBytes);
    this.#lane = lane;
  }

  override _transform(piece: Buffer, encoding: BufferEncoding, done: TransformCallback): void {
    this.#lane.pass(piece.length, () => super._transform(piece, encoding, done));
  }
}
