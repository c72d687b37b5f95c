/**
 * Gives the memory of a piece back to the system at once, after which nobody can read it. As garbage, the pieces of a gigabyte would lie
 * around by the dozens of MB until they are collected. What is a part of something larger, as small buffers are of Node's pool, stays.
 */
export function release(piece: Uint8Array): void {
  const { buffer, byteLength } = piece;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
