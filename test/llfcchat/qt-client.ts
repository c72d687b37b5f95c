import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { eventually } from '@berth/fixtures';
import { type Body, type FrameSocket, frameOf } from '../harness/frame-socket.ts';
import type { PlatformDoors } from '../harness/platform.ts';
import { type OldUser, oldLogIn } from './old-user.ts';
import { connectResource } from './resource-socket.ts';
import { TimelyReads } from './timely-reads.ts';

/**
 * `plain`: the first variant, which neither beats nor pages and shows what `text_array` brings. `threads`: the later one.
 * Both have the same reader.
 */
export type QtVariant = 'plain' | 'threads';

export interface QtMessage {
  id: number;
  sender: number;
  content: string;
}

interface QtThread {
  peer: number;
  /** From where the next 1029 asks on: any message that is added moves it. */
  lastId: number;
  messages: Map<number, QtMessage>;
}

interface QtOptions {
  variant: QtVariant;
  /** It reads this often; 0: whenever something came. Default 0. */
  readsPerSecond?: number;
  /** Of `threads`. Default 1 000 ms, where the real one has 10 s. */
  beatMs?: number;
  /** The last variant: it connects to the file server before it logs in, and knows pictures. */
  pictures?: boolean;
}

/** The ids that it has a handler for. */
const known = new Set([
  1006, 1008, 1010, 1011, 1014, 1015, 1018, 1019, 1021, 1024, 1026, 1028, 1030, 1036, 1039,
]);

/**
 * A process of the Qt client, as far as the wire can tell it from the real one. What would end the real one, or make it
 * lose something, is in `faults`.
 */
export class QtClient {
  readonly user: OldUser;
  readonly faults: string[] = [];
  readonly frames: { id: number; body: Body; length: number }[] = [];
  /** What was said last stands on top. */
  readonly reasons: ('off line' | 'disconnected')[] = [];
  /** What the first variant shows, in order. */
  readonly shown: { from: number; content: string }[] = [];
  /** Threads in the list of the window, in the order of their coming. */
  listed: number[] = [];
  friends = new Map<number, Body>();
  threads = new Map<number, QtThread>();
  isLoaded = false;
  nodePort = 0;
  /** With `pictures`: its connection to the file server, and what it shows there. */
  files!: FrameSocket;
  fileToken = '';
  readonly #options: QtOptions;
  #socket: Socket | undefined;
  #reads = new TimelyReads();
  #read = new FrameReader();
  #timers: NodeJS.Timeout[] = [];
  #uid = 0;
  /** Kept over a log-out: these belong to the process. */
  #lastThread = 0;
  readonly #threadIds: number[] = [];
  /** The thread of each message: the later variant's file server is asked by the number alone. */
  readonly #threadOf = new Map<number, QtThread>();
  #loading = 0;

  constructor(user: OldUser, options: QtOptions) {
    this.user = user;
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#socket !== undefined && !this.#socket.destroyed;
  }

  /** Logs in; resolves when 1006 is there and, for one with threads, everything is loaded. */
  async logIn(platform: PlatformDoors, timeoutMs = 60_000): Promise<void> {
    const berth = await oldLogIn(platform as Parameters<typeof oldLogIn>[0], this.user);
    assert.equal(berth.error, 0, JSON.stringify(berth));
    this.friends = new Map();
    this.listed = [];
    this.isLoaded = false;
    this.#uid = 0;
    this.#reads = new TimelyReads();
    this.#read = new FrameReader();
    this.nodePort = Number(berth.port);
    if (this.#options.pictures) this.files = await connectResource(berth.reshost, Number(berth.resport));
    const socket = connect(this.nodePort, berth.host);
    this.#socket = socket;
    socket.on('error', () => {});
    socket.once('close', () => {
      if (this.#socket === socket) this.#disconnected();
    });
    const { readsPerSecond = 0 } = this.#options;
    if (readsPerSecond === 0) socket.on('data', (chunk) => this.#take(chunk));
    else this.#every(1_000 / readsPerSecond, () => this.#take(socket.read() as Buffer | null));
    platform.beforeClose?.(async () => this.logOut());
    this.send(1005, { uid: this.user.uid, token: berth.token });
    await eventually(
      `${this.user.name} is logged in`,
      () => this.#uid > 0 && (this.#options.variant === 'plain' || this.isLoaded),
      timeoutMs,
    );
  }

  /** Closes the connection; the process lives on. */
  logOut(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
    void this.files?.close();
  }

  send(id: number, body: Body): void {
    this.#socket?.write(frameOf(id, Buffer.from(JSON.stringify(body))));
  }

  /** Waits for a frame that came, or will. */
  async frame(id: number, wanted: (body: Body) => boolean = () => true, timeoutMs = 30_000): Promise<Body> {
    return eventually(
      `${this.user.name} gets ${id}`,
      () => this.frames.find((frame) => frame.id === id && wanted(frame.body))?.body,
      timeoutMs,
    );
  }

  /** Sends a request and waits for the next answer to such a one. */
  async ask(id: number, body: Body): Promise<Body> {
    const before = this.frames.length;
    this.send(id, body);
    return eventually(
      `${this.user.name} gets ${id + 1}`,
      () => this.frames.slice(before).find((frame) => frame.id === id + 1)?.body,
      30_000,
    );
  }

  /** Writes into the thread with a friend, as the client with threads does. */
  say(peer: number, content: string): Promise<Body> {
    const [thread_id] = this.threadWith(peer)!;
    const text_array = [{ content, unique_id: `${this.user.name} ${content}` }];
    return this.ask(1017, { fromuid: this.user.uid, touid: peer, thread_id, text_array });
  }

  threadWith(peer: number): [number, QtThread] | undefined {
    return [...this.threads].find(([, thread]) => thread.peer === peer);
  }

  /** The texts of the thread with a friend, as they stand in the window. */
  textsWith(peer: number): string[] {
    const thread = this.threadWith(peer)?.[1];
    return [...(thread?.messages.values() ?? [])].sort((a, b) => a.id - b.id).map(({ content }) => content);
  }

  #every(ms: number, act: () => void): void {
    this.#timers.push(setInterval(act, ms));
  }

  #disconnected(): void {
    this.reasons.push('disconnected');
    this.logOut();
  }

  #take(chunk: Buffer | null): void {
    if (chunk === null) return;
    for (const piece of this.#reads.push(chunk))
      for (const { id, body } of this.#read.push(piece)) this.#handle(id, body);
  }

  #handle(id: number, bytes: Buffer): void {
    if (!known.has(id)) {
      if (id < 1_031 || id > 2_048) this.faults.push(`misread: an id ${id} of ${bytes.length} bytes`);
      return;
    }
    let body: Body;
    try {
      body = JSON.parse(bytes.toString('utf8')) as Body;
    } catch {
      this.faults.push(`misread: the body of ${id}`);
      return;
    }
    this.frames.push({ id, body, length: bytes.length });
    if (body.error !== 0) return;
    if (id === 1006) this.#loggedIn(body);
    else if (id === 1014) this.#met(body.uid, body);
    else if (id === 1015) this.#met(body.fromuid, body);
    else if (id === 1018) this.#texts(body, true);
    else if (id === 1019) this.#texts(body, false);
    else if (id === 1021) {
      this.reasons.push('off line');
      this.logOut();
    } else if (id === 1026) this.#list(body);
    else if (id === 1028) this.#open(body.other_id, body.thread_id);
    else if (id === 1030) this.#load(body);
  }

  #loggedIn(body: Body): void {
    this.#uid = body.uid;
    this.fileToken = body.token;
    for (const friend of body.friend_list) this.friends.set(friend.uid, friend);
    if (this.#options.variant === 'plain') return;
    this.#every(this.#options.beatMs ?? 1_000, () => this.send(1023, { fromuid: this.#uid }));
    this.send(1025, { uid: this.#uid, thread_id: this.#lastThread });
  }

  #met(uid: number, body: Body): void {
    if (this.#options.variant === 'threads' && !(body.chat_datas?.length > 0)) {
      this.faults.push(`${uid} came without messages`);
      return;
    }
    if (this.friends.has(uid)) return;
    this.friends.set(uid, body);
    if (this.#options.variant === 'plain') return;
    const thread = this.#open(uid, body.chat_datas[0].thread_id);
    for (const entry of body.chat_datas) this.#add(thread, entry.msg_id, entry.sender, entry.msg_content);
  }

  #open(peer: number, id: number): QtThread {
    if (!this.friends.has(peer)) this.faults.push(`thread ${id} is with ${peer}, who is no friend`);
    const thread: QtThread = { peer, lastId: 0, messages: new Map() };
    this.threads.set(id, thread);
    this.#threadIds.push(id);
    this.listed.push(id);
    return thread;
  }

  #list(body: Body): void {
    for (const { thread_id, type, user1_id, user2_id } of body.threads)
      if (type !== 'group') this.#open(user1_id === this.#uid ? user2_id : user1_id, thread_id);
    this.#lastThread = body.next_last_id;
    if (body.load_more) this.send(1025, { uid: this.#uid, thread_id: this.#lastThread });
    else this.#loadNext();
  }

  #loadNext(): void {
    const id = this.#threadIds[this.#loading];
    if (id === undefined) this.isLoaded = true;
    else this.send(1029, { thread_id: id, message_id: this.threads.get(id)!.lastId });
  }

  #load(body: Body): void {
    const thread = this.threads.get(this.#threadIds[this.#loading]!)!;
    thread.lastId = body.last_message_id;
    for (const entry of body.chat_datas) this.#add(thread, entry.msg_id, entry.sender, entry.msg_content);
    if (!body.load_more) this.#loading++;
    this.#loadNext();
  }

  #texts(body: Body, isAnswer: boolean): void {
    if (this.#options.variant === 'plain') {
      if (isAnswer) return;
      if (!this.friends.has(body.fromuid)) this.faults.push(`a text of ${body.fromuid}, who is no friend`);
      for (const { content } of body.text_array ?? []) this.shown.push({ from: body.fromuid, content });
      return;
    }
    for (const { message_id, content } of body.chat_datas ?? []) {
      const thread = this.threads.get(body.thread_id);
      if (thread !== undefined) this.#add(thread, message_id, body.fromuid, content);
      else if (!isAnswer) this.faults.push(`a text of thread ${body.thread_id}, which is not known`);
    }
  }

  #add(thread: QtThread, id: number, sender: number, content: string): void {
    const isNumber = Number.isInteger(id) && id > 0 && id < 2 ** 31;
    if (!isNumber) this.faults.push(`message ${id} has no number`);
    if ((this.#threadOf.get(id)?.peer ?? thread.peer) !== thread.peer)
      this.faults.push(`number ${id} names messages of two threads`);
    this.#threadOf.set(id, thread);
    thread.messages.set(id, { id, sender, content });
    thread.lastId = id;
  }
}

/**
 * The reader of both variants. A header is taken from where the last one of this read ended, counted from the front of
 * what is left; so the first frame of a read is right, also when its beginning came with the read before, and those
 * behind it are not.
 */
class FrameReader {
  #buffer = Buffer.alloc(0);
  #hasHeader = false;
  #id = 0;
  #length = 0;

  push(chunk: Buffer): { id: number; body: Buffer }[] {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    const frames: { id: number; body: Buffer }[] = [];
    for (let at = 0; ; ) {
      if (!this.#hasHeader) {
        if (this.#buffer.length < 4) return frames;
        this.#id = this.#number(at);
        this.#length = this.#number(at + 2);
        at += 4;
        this.#buffer = this.#buffer.subarray(4);
      }
      this.#hasHeader = this.#buffer.length < this.#length;
      if (this.#hasHeader) return frames;
      frames.push({ id: this.#id, body: this.#buffer.subarray(0, this.#length) });
      this.#buffer = this.#buffer.subarray(this.#length);
    }
  }

  #number(at: number): number {
    return at + 2 <= this.#buffer.length ? this.#buffer.readUInt16BE(at) : 0;
  }
}
