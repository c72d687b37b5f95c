/**
 * k6 has no TextEncoder and no TextDecoder, which the codec of packages/wire is built on: esbuild puts these in their place.
 * They do what the codec asks of them, and no more.
 */
class Utf8Encoder {
  encode(text: string): Uint8Array {
    const bytes = new Uint8Array(3 * text.length);
    return bytes.slice(0, this.encodeInto(text, bytes).written);
  }

  /** Stops before the first character that does not fit whole, as the standard's does. */
  encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
    let read = 0;
    let written = 0;
    while (read < text.length) {
      const point = text.codePointAt(read)!;
      // A surrogate alone is no character.
      const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
      const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      if (written + size > target.length) break;
      if (size === 1) target[written] = code;
      else {
        target[written] = (0xf00 >> size) | (code >> (6 * (size - 1)));
        for (let index = 1; index < size; index++)
          target[written + index] = 0x80 | ((code >> (6 * (size - 1 - index))) & 0x3f);
      }
      written += size;
      read += point > 0xffff ? 2 : 1;
    }
    return { read, written };
  }
}

class Utf8Decoder {
  /** Throws TypeError on what is not UTF-8, as the standard's does with `fatal`. */
  decode(bytes: Uint8Array): string {
    let text = '';
    let ascii = 0;
    for (let index = 0; index < bytes.length; ) {
      const first = bytes[index]!;
      if (first < 0x80) {
        index++;
        continue;
      }
      text += asciiOf(bytes, ascii, index);
      const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
      let code = first & (0x7f >> size);
      for (let offset = 1; offset < size; offset++) {
        const next = bytes[index + offset];
        if (next === undefined || next >> 6 !== 2) throw new TypeError('not UTF-8');
        code = (code << 6) | (next & 0x3f);
      }
      const least = [0x80, 0x800, 0x10000][size - 2]!;
      const isSurrogate = code >= 0xd800 && code <= 0xdfff;
      if (first < 0xc2 || first > 0xf4 || code < least || code > 0x10ffff || isSurrogate)
        throw new TypeError('not UTF-8');
      text += String.fromCodePoint(code);
      index += size;
      ascii = index;
    }
    return text + asciiOf(bytes, ascii, bytes.length);
  }
}

/** More arguments than this may be too many for one call. */
const piece = 4_096;

function asciiOf(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let start = from; start < to; start += piece)
    text += String.fromCharCode(...bytes.subarray(start, Math.min(start + piece, to)));
  return text;
}

export { Utf8Decoder as TextDecoder, Utf8Encoder as TextEncoder };
