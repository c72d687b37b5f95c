import type { Socket } from 'node:net';
import type { OldDeadlines } from './old-deadlines.ts';
import type { OldAnswer, OldDoor } from './old-door.ts';
import { encodeOldFrame, OldFrameDecoder, OldFrameError } from './old-frames.ts';
import { oldErrors } from './old-ids.ts';
import type { OldPeer } from './old-peer.ts';

/** A client says nothing for hours, and nothing asks it: TCP finds those that are gone. */
const keepAliveMs = 60_000;

/**
 * A connection of an llfcchat client for files. It is read a frame at a time, and the next one only when the one before is answered:
 * so what it costs is one frame, however much the client sends, and answers are in order.
 */
export class OldConnection {
  readonly peer: OldPeer;
  readonly #socket: Socket;
  readonly #door: OldDoor;
  readonly #deadlines: OldDeadlines;
  readonly #decoder = new OldFrameDecoder();
  #frameTimer: NodeJS.Timeout | undefined;

  constructor(
    socket: Socket,
    peer: OldPeer,
    { door, deadlines }: { door: OldDoor; deadlines: OldDeadlines },
  ) {
    this.#socket = socket;
    this.peer = peer;
    this.#door = door;
    this.#deadlines = deadlines;
    socket.setNoDelay(true).setKeepAlive(true, keepAliveMs);
    socket.on('error', () => {});
  }

  /** Resolves when the connection is over and nothing of it is left. */
  async run(): Promise<void> {
    let lingering: NodeJS.Timeout | undefined;
    try {
      for await (const chunk of this.#socket) {
        // What comes behind the last words is read, so that they get there, and thrown away.
        if (lingering !== undefined || (await this.#take(chunk as Buffer))) continue;
        this.#socket.end();
        lingering = setTimeout(() => this.close(), this.#deadlines.lingerMs).unref();
      }
    } catch {
      // It broke.
    } finally {
      clearTimeout(lingering);
      clearTimeout(this.#frameTimer);
      this.#socket.destroy();
      await this.#door.left(this.peer);
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  /** False when that was the last of it. */
  async #take(chunk: Buffer): Promise<boolean> {
    try {
      for (const { id, body } of this.#decoder.push(chunk)) {
        clearTimeout(this.#frameTimer);
        this.#frameTimer = undefined;
        const { answer, closes } = await this.#door.answer(this.peer, id, body);
        await this.#write(id + 1, answer);
        if (closes) return false;
      }
    } catch (error) {
      if (!(error instanceof OldFrameError)) throw error;
      await this.#write(error.id + 1, { error: oldErrors.json });
      return false;
    }
    if (this.#decoder.pendingBytes > 0)
      this.#frameTimer ??= setTimeout(() => this.close(), this.#deadlines.frameMs).unref();
    return true;
  }

  async #write(id: number, answer: OldAnswer['answer']): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed || socket.write(encodeOldFrame(id & 0xffff, answer))) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => socket.destroy(), this.#deadlines.takenMs).unref();
      const done = () => {
        clearTimeout(timer);
        socket.off('drain', done).off('close', done);
        resolve();
      };
      socket.once('drain', done).once('close', done);
    });
  }
}
