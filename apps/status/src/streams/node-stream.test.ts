import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatusMessage } from '@berth/contracts/status';
import type { BerthError } from '@berth/wire';
import { NodeStream } from './node-stream.ts';

/** A call that takes `room` messages and then waits to be drained. */
class Sink {
  taken: StatusMessage[] = [];
  room: number;
  #drained: (() => void) | undefined;

  constructor(room: number) {
    this.room = room;
  }

  write(message: StatusMessage): boolean {
    this.taken.push(message);
    this.room -= 1;
    return this.room > 0;
  }

  once(_event: 'drain', listener: () => void): void {
    this.#drained = listener;
  }

  drain(room: number): void {
    this.room = room;
    this.#drained?.();
  }

  kinds(): string {
    return this.taken.map(({ message }) => message!.$case).join();
  }
}

const ack = (sequence: number): StatusMessage => ({
  message: { $case: 'ack', value: { sequence, usedReservations: [], nowMs: 0 } },
});
const fleet = (version: number): StatusMessage => ({
  message: { $case: 'fleet', value: { version, peers: [] } },
});
const revocation = (userId: number): StatusMessage => ({
  message: { $case: 'revocation', value: { userId, sessionIds: [], generation: 1, reason: '', id: '' } },
});
const streamTo = (sink: Sink, cut: (error: BerthError) => void = () => {}) =>
  new NodeStream('one', 1, sink, cut);

test('while a node does not read, only the newest fleet and ack wait, and every revocation', () => {
  const sink = new Sink(1);
  const stream = streamTo(sink);
  stream.send(ack(1));
  for (let at = 2; at <= 5; at++) {
    stream.send(ack(at));
    stream.send(fleet(at));
    stream.send(revocation(at));
  }
  assert.equal(sink.kinds(), 'ack');
  sink.taken = [];
  sink.drain(100);
  assert.equal(sink.kinds(), 'revocation,revocation,revocation,revocation,fleet,ack');
  assert.deepEqual(sink.taken.slice(-2), [fleet(5), ack(5)]);
});

test('a node that never reads is cut', () => {
  const errors: BerthError[] = [];
  const stream = streamTo(new Sink(1), (error) => errors.push(error));
  stream.send(ack(1));
  for (let at = 0; at < 5_000; at++) stream.send(revocation(at));
  assert.deepEqual(
    errors.map((error) => error.code),
    ['unavailable'],
  );
});

test('what a node missed goes out as fast as it reads, however much', () => {
  const sink = new Sink(10);
  const stream = streamTo(sink, () => assert.fail('cut'));
  stream.replay(Array.from({ length: 20_000 }, (_, at) => revocation(at)).values());
  assert.equal(sink.taken.length, 10);
  stream.send(revocation(-1));
  while (sink.taken.length < 20_001) sink.drain(1_000);
  assert.deepEqual(sink.taken[10], revocation(-1), 'what is new does not wait for what is old');
  assert.equal(new Set(sink.taken).size, 20_001);
});

test('nothing goes to a stream that is closed', () => {
  const sink = new Sink(1);
  const stream = streamTo(sink);
  stream.send(ack(1));
  stream.send(revocation(1));
  stream.close();
  sink.drain(100);
  stream.send(ack(2));
  assert.equal(sink.taken.length, 1);
});
