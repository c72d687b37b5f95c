/** A name for something that may be asked for twice: 128 random bits. */
export const newCid = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
