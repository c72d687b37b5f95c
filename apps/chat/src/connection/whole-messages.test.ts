import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { limits } from '@berth/wire';
import fc from 'fast-check';
import * as ws from 'ws';
import { WholeMessages } from './whole-messages.ts';

interface Frame {
  first: number;
  isMasked: boolean;
  payload: Uint8Array;
}

/** Not among its types. */
type General = NodeJS.EventEmitter & { write(bytes: Buffer): boolean };
const { Receiver } = ws as unknown as { Receiver: new (options: object) => General };

const maxPayload = limits.headerBytes + limits.maxBodyBytes;

function encode({ first, isMasked, payload }: Frame): Buffer {
  const { length } = payload;
  const mask = Buffer.from([0x5a, 0, 0xff, length & 0xff]);
  const bit = isMasked ? 0x80 : 0;
  const size = Buffer.alloc(length < 126 ? 0 : length < 65_536 ? 2 : 8);
  if (size.length === 2) size.writeUInt16BE(length);
  if (size.length === 8) size.writeBigUInt64BE(BigInt(length));
  const second = bit | (length < 126 ? length : length < 65_536 ? 126 : 127);
  const masked = Buffer.from(payload.map((byte, at) => (isMasked ? byte ^ mask[at % 4]! : byte)));
  return Buffer.concat([Buffer.from([first, second]), size, isMasked ? mask : Buffer.alloc(0), masked]);
}

/** What `ws` makes of these pieces, alone or behind what is taken out of them. */
async function heard(pieces: readonly Buffer[], isQuick: boolean): Promise<string[]> {
  const told: string[] = [];
  const general = new Receiver({ isServer: true, maxPayload });
  let isOver = false;
  const say = (what: string) => {
    if (!isOver) told.push(what);
  };
  const onMessage = (data: Buffer, isBinary: boolean) =>
    say(`${isBinary ? 'binary' : 'text'} ${data.toString('hex')}`);
  general.on('message', onMessage);
  for (const name of ['ping', 'pong'])
    general.on(name, (data: Buffer) => say(`${name} ${data.toString('hex')}`));
  for (const name of ['error', 'conclude'])
    general.on(name, () => {
      say('over');
      isOver = true;
    });
  const messages = new WholeMessages({
    whole: (message) => onMessage(message, true),
    rest: (bytes) => {
      if (!isOver) general.write(bytes);
    },
  });
  for (const piece of pieces) {
    // It is written to.
    const copy = Buffer.from(piece);
    if (isQuick) messages.read(copy);
    else if (!isOver) general.write(copy);
    await turn();
  }
  return told;
}

const payload = (maxLength: number) => fc.uint8Array({ maxLength });
const sizes = fc
  .constantFrom(0, 124, 125, 126, 127, 65_535, maxPayload, maxPayload + 1, 70_000)
  .map((length) => new Uint8Array(length).fill(length));
const good = (first: number) =>
  fc.record({ first: fc.constant(first), isMasked: fc.constant(true), payload: payload(40) });
const message = fc.oneof(
  { weight: 6, arbitrary: good(0x82).map((frame) => [frame]) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(0x89, 0x8a)
      .chain(good)
      .map((frame) => [frame]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(good(0x02), fc.array(fc.oneof(good(0x00), good(0x89)), { maxLength: 3 }), good(0x80))
      .map(([first, middle, last]) => [first, ...middle, last]),
  },
  { weight: 1, arbitrary: sizes.map((bytes) => [{ first: 0x82, isMasked: true, payload: bytes }]) },
);
const anything = fc.record({
  first: fc.integer({ min: 0, max: 255 }),
  isMasked: fc.boolean(),
  payload: payload(130),
});
/** Good ones, and behind them something that may be anything, and good ones again. */
const traffic = fc
  .tuple(
    fc.array(message, { maxLength: 8 }),
    fc.array(anything, { maxLength: 2 }),
    fc.array(message, { maxLength: 3 }),
  )
  .map(([before, between, after]) => [...before.flat(), ...between, ...after.flat()]);

test('whatever comes in whatever pieces: what is heard is what a general reader hears of it', async () => {
  await fc.assert(
    fc.asyncProperty(traffic, fc.array(fc.integer({ min: 1, max: 300 })), async (frames, cuts) => {
      const bytes = Buffer.concat(frames.map(encode));
      const pieces: Buffer[] = [];
      let at = 0;
      for (const cut of cuts) {
        if (at >= bytes.length) break;
        pieces.push(bytes.subarray(at, at + cut));
        at += cut;
      }
      pieces.push(bytes.subarray(at));
      assert.deepEqual(await heard(pieces, true), await heard(pieces, false));
    }),
    { numRuns: 300 },
  );
});
