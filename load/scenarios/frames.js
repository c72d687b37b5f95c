/** The ids that the scenarios use; packages/wire/src/ids.ts has them all. */
export const ids = {
  hello: 1049,
  resume: 1051,
  heartbeat: 1055,
  probe: 1057,
  goAway: 1061,
  send: 1101,
  deliver: 1103,
  friendRequest: 1207,
  friendAccept: 1209,
};

/** `u16 id | u16 length | JSON`; whatever is not ASCII is escaped, so a character is a byte. */
export function encodeFrame(id, body) {
  const json = JSON.stringify(body).replace(
    /[^\x20-\x7e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const bytes = new Uint8Array(4 + json.length);
  bytes.set([id >> 8, id & 255, json.length >> 8, json.length & 255]);
  for (let index = 0; index < json.length; index++) bytes[4 + index] = json.charCodeAt(index);
  return bytes.buffer;
}

/** The frames of one binary message: `{id, body}`. What the scenarios send and read is ASCII. */
export function decodeFrames(buffer) {
  const bytes = new Uint8Array(buffer);
  const frames = [];
  for (let offset = 0; offset + 4 <= bytes.length; ) {
    const end = offset + 4 + ((bytes[offset + 2] << 8) | bytes[offset + 3]);
    let json = '';
    for (let index = offset + 4; index < end; index++) json += String.fromCharCode(bytes[index]);
    frames.push({ id: (bytes[offset] << 8) | bytes[offset + 1], body: JSON.parse(json) });
    offset = end;
  }
  return frames;
}
