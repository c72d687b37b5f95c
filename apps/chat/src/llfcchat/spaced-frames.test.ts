import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { encodeFrame } from '@berth/wire';
import type { ClientConnection } from '../session/client-connection.ts';
import { type Push, SpacedFrames } from './spaced-frames.ts';

const spacingMs = 20;
/** Far more than anything here waits for. */
const mostMs = 10_000;
const frame = (id: number) => encodeFrame(id, {});

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'] }));
afterEach(() => mock.timers.reset());

/** Goes on a millisecond at a time until it is so. */
async function goOnUntil(isSo: () => boolean): Promise<void> {
  for (let ms = 0; !isSo(); ms++) {
    assert.ok(ms < mostMs, 'it never is');
    await new Promise((resolve) => setImmediate(resolve));
    mock.timers.tick(1);
  }
}

/** A connection that notes what is written and when, and what there is to push. */
function createWriter({ pushes = [] as number[], makes = async () => {} } = {}) {
  const written: { id: number; atMs: number }[] = [];
  let looks = 0;
  const connection = {
    isBehind: false,
    get hasBacklog(): boolean {
      looks++;
      return this.isBehind;
    },
    queue: (bytes: Uint8Array) => {
      written.push({ id: (bytes[0]! << 8) | bytes[1]!, atMs: Date.now() });
    },
  };
  const faults: unknown[] = [];
  const frames = new SpacedFrames({
    connection: connection as unknown as ClientConnection,
    spacingMs,
    onFault: (error) => faults.push(error),
    nextPush: async (): Promise<Push | undefined> => {
      await makes();
      const id = pushes[0];
      return id === undefined ? undefined : { frame: frame(id), written: () => pushes.shift() };
    },
    now: () => Date.now(),
  });
  const until = async (count: number) => {
    await goOnUntil(() => written.length >= count);
    return written.map(({ id }) => id);
  };
  /** Until it was looked so many times more whether the client is behind. */
  const looked = (times: number) => {
    const enough = looks + times;
    return goOnUntil(() => looks >= enough);
  };
  return { frames, written, faults, until, looked, pushes, connection };
}

const nothing = () => {};

test('the answer to the log-in goes first, then heartbeats, answers and pushes, each with space before it', async () => {
  const { frames, written, until } = createWriter({ pushes: [1011, 1019] });
  frames.answer(frame(1008), nothing);
  frames.answer(frame(1010), nothing);
  frames.beat(frame(1024), nothing);
  frames.wake();
  assert.equal(written.length, 0);
  frames.open(frame(1006), nothing);
  assert.deepEqual(await until(6), [1006, 1024, 1008, 1010, 1011, 1019]);
  for (const [index, { atMs }] of written.entries())
    if (index > 0) assert.ok(atMs - written[index - 1]!.atMs >= spacingMs, `${index}`);
});

test('a push that was being made when an answer came is made anew, behind it', async () => {
  let answered = false;
  const writer = createWriter({
    pushes: [1019],
    makes: async () => {
      if (answered) return;
      answered = true;
      writer.frames.answer(frame(1018), nothing);
    },
  });
  writer.frames.open(frame(1006), nothing);
  assert.deepEqual(await writer.until(3), [1006, 1018, 1019]);
});

test('who asks for what follows upon the last frame has read it and need not wait', async () => {
  const { frames, written, until } = createWriter();
  frames.open(frame(1006), nothing);
  await until(1);
  await new Promise((resolve) => setImmediate(resolve));
  frames.follows([1006, 1026]);
  frames.answer(frame(1026), nothing);
  await until(2);
  assert.ok(written[1]!.atMs - written[0]!.atMs < spacingMs);
  frames.follows([1006]);
  frames.answer(frame(1030), nothing);
  await until(3);
  assert.ok(written[2]!.atMs - written[1]!.atMs >= spacingMs);
});

test('nothing is written to a client that has not taken what was written before', async () => {
  const { frames, written, until, looked, connection } = createWriter();
  frames.open(frame(1006), nothing);
  await until(1);
  connection.isBehind = true;
  frames.answer(frame(1008), nothing);
  await looked(6);
  assert.equal(written.length, 1);
  connection.isBehind = false;
  assert.deepEqual(await until(2), [1006, 1008]);
});

test('once stopped nothing is written, and one more frame may be when the space is over', async () => {
  const { frames, written, until } = createWriter({ pushes: [1019] });
  frames.open(frame(1006), nothing);
  await until(1);
  let dropped = 0;
  frames.answer(frame(1008), () => dropped++);
  const waitMs = frames.stop();
  assert.ok(waitMs > 0 && waitMs <= spacingMs, String(waitMs));
  frames.answer(frame(1008), () => dropped++);
  assert.equal(dropped, 2, 'what is dropped is said to be, so that it is not counted for ever');
  const turnAt = Date.now() + spacingMs;
  await goOnUntil(() => Date.now() > turnAt);
  assert.equal(written.length, 1);
});

test('pushes that cannot be made are tried again', async () => {
  let tries = 0;
  const { frames, until, faults } = createWriter({
    pushes: [1019],
    makes: async () => {
      if (++tries === 1) throw new Error('the store is away');
    },
  });
  frames.open(frame(1006), nothing);
  assert.deepEqual(await until(2), [1006, 1019]);
  assert.equal(faults.length, 1);
});
