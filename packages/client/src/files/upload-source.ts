import { BerthError } from '@berth/wire';

/** What can be read again from any place: a browser's File, in Node what `openAsBlob` opens, or bytes. */
export type UploadSource = Blob | Uint8Array;

export const bytesOf = (source: UploadSource): number =>
  source instanceof Uint8Array ? source.byteLength : source.size;

/** Reads a source a request's part at a time. tus has readers of its own, which take no Blob in Node and no bytes in browsers. */
export const sourceReader = {
  async openFile(source: UploadSource) {
    const size = bytesOf(source);
    return {
      size,
      async slice(start: number, end: number) {
        const bytes = await read(source, start, Math.min(end, size));
        // tus asks for the size of any body as of a Blob.
        return { value: Object.assign(bytes, { size: bytes.byteLength }), done: end >= size };
      },
      close() {},
    };
  },
};

/** Of a file that was changed or deleted since it was opened nothing is read. */
async function read(source: UploadSource, start: number, end: number): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source.subarray(start, end);
  try {
    return new Uint8Array(await source.slice(start, end).arrayBuffer());
  } catch (cause) {
    throw new BerthError('bad_request', 'The file cannot be read any more.', { cause });
  }
}
