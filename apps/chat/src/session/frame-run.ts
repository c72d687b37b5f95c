import { frameIds } from '@berth/wire';
import { isAttached } from '../log/file-lines.ts';
import { isChangeFrame } from '../log/old-lines.ts';

export const isEntry = (frame: Uint8Array): boolean =>
  frame[0] === frameIds.entry >> 8 && frame[1] === (frameIds.entry & 0xff);

/** Whole frames one behind the other, as each and in one piece. */
export class FrameRun {
  readonly frames: readonly Uint8Array[];
  /** Not for clients that know messages only. */
  readonly hasEntries: boolean;
  /** Not for clients that know texts only. */
  readonly hasFiles: boolean;
  /** Not for clients that do not know how messages change. */
  readonly hasChanges: boolean;
  #bytes: Uint8Array | undefined;

  constructor(frames: readonly Uint8Array[]) {
    this.frames = frames;
    this.hasEntries = frames.some(isEntry);
    this.hasFiles = frames.some(isAttached);
    this.hasChanges = frames.some(isChangeFrame);
  }

  /** All of them; put together once, so that those who have the same compare them by reference. */
  get bytes(): Uint8Array {
    this.#bytes ??= this.frames.length === 1 ? this.frames[0]! : Buffer.concat(this.frames);
    return this.#bytes;
  }
}
