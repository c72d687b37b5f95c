import {
  answerId,
  BerthError,
  type ConversationSummary,
  decodeBody,
  type ErrorCode,
  encodeFrame,
  FrameDecoder,
  type FrameName,
  frameIds,
  type Message,
  type Profile,
  type Pushes,
} from '@berth/wire';
import type { Clock } from '../src/clock.ts';
import type { WebSocketConstructor } from '../src/types.ts';

const frameNames = new Map<number, FrameName>(
  Object.entries(frameIds).map(([name, id]) => [id, name as FrameName]),
);

export const me: Profile = { id: 7, name: 'ann', nick: 'Ann', description: '', sex: 0, icon: '' };
export const other: Profile = { id: 8, name: 'bob', nick: 'Bob', description: '', sex: 0, icon: '' };

/** One end of a socket, as the node sees it. */
export class NodeSocket {
  readonly url: string;
  readonly received: { name: FrameName; body: Record<string, never> & { req?: number } }[] = [];
  readonly #target: EventTarget;
  open = true;

  constructor(url: string, target: EventTarget) {
    this.url = url;
    this.#target = target;
  }

  get node(): string {
    return new URL(this.url).hostname;
  }

  names(): FrameName[] {
    return this.received.map(({ name }) => name);
  }

  bodies(name: FrameName): Record<string, unknown>[] {
    return this.received.filter((frame) => frame.name === name).map(({ body }) => body);
  }

  raw(data: ArrayBuffer | string): void {
    if (this.open) this.#target.dispatchEvent(new MessageEvent('message', { data }));
  }

  frame(id: number, body: object): void {
    const bytes = encodeFrame(id, body);
    this.raw(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer);
  }

  push<N extends keyof Pushes>(name: N, body: Pushes[N]): void {
    this.frame(frameIds[name], body as object);
  }

  close(code = 1006): void {
    if (!this.open) return;
    this.open = false;
    this.#target.dispatchEvent(Object.assign(new Event('close'), { code }));
  }
}

type Answer = object | BerthError | 'silence';

/**
 * Gate and chat nodes as one user's client sees them, in this process and without time of their own. What it does is the
 * contract's plain course; tests replace single answers by `on`.
 */
export class FakePlatform {
  readonly clock: Clock;
  readonly sockets: NodeSocket[] = [];
  readonly requests: { method: string; path: string; body: unknown; token: string | undefined }[] = [];
  readonly conversations = new Map<number, ConversationSummary & { messages: Message[] }>();
  /** Of HTTP answers that are errors. */
  fields: Record<string, string> | undefined;
  readonly #onFrame = new Map<
    FrameName,
    (body: Record<string, unknown>, socket: NodeSocket) => Answer | undefined
  >();
  #onHttp: (method: string, path: string, body: unknown) => Answer | undefined = () => undefined;
  #onOpen: (socket: NodeSocket) => boolean = () => true;
  #nextNode = 1;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** The newest connection. */
  get socket(): NodeSocket {
    return this.sockets.at(-1)!;
  }

  /** Replaces the answer to a frame; undefined leaves it as it is. */
  on(
    name: FrameName,
    answer: (body: Record<string, unknown>, socket: NodeSocket) => Answer | undefined,
  ): void {
    this.#onFrame.set(name, answer);
  }

  onHttp(answer: (method: string, path: string, body: unknown) => Answer | undefined): void {
    this.#onHttp = answer;
  }

  /** False: the socket never opens. */
  onOpen(opens: (socket: NodeSocket) => boolean): void {
    this.#onOpen = opens;
  }

  addConversation(id: number, kind: 'direct' | 'group' = 'direct'): void {
    this.conversations.set(id, {
      ...{ conversation: id, kind, title: '', head: 0, read: 0, unread: 0, from: 1, member: true },
      ...{ role: 'member', mutedUntil: 0, pinned: false, silenced: false, memberCount: 2 },
      ...(kind === 'direct' && { peer: other, peerReceived: 0, peerRead: 0 }),
      messages: [],
    });
  }

  /** Stores a message; without pushing it. */
  store(
    conversation: number,
    text: string,
    { sender = other.id, cid = `${text}` }: { sender?: number; cid?: string } = {},
  ): Message {
    const entry = this.conversations.get(conversation)!;
    const known = entry.messages.find((message) => message.cid === cid && message.sender === sender);
    if (known) return known;
    const message = { conversation, seq: ++entry.head, sender, cid, sentAt: this.clock.now(), text };
    entry.messages.push(message);
    return message;
  }

  /** Stores a message and pushes it. */
  say(conversation: number, text: string): Message {
    const message = this.store(conversation, text);
    this.socket.push('deliver', message);
    return message;
  }

  berth(node = `node-${this.#nextNode++}`) {
    return { node, host: node, port: 1, url: `ws://${node}/`, ticket: `${node}.ticket`, expiresAt: 0 };
  }

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const path = new URL(String(input)).pathname;
    const method = init.method ?? 'GET';
    const body = init.body === undefined ? undefined : JSON.parse(String(init.body));
    const token = new Headers(init.headers).get('authorization')?.replace('Bearer ', '');
    this.requests.push({ method, path, body, token });
    const answer = this.#onHttp(method, path, body) ?? this.#answerHttp(method, path);
    if (answer === 'silence') {
      return new Promise((_, reject) =>
        init.signal!.addEventListener('abort', () => reject(init.signal!.reason)),
      );
    }
    if (answer instanceof BerthError) {
      return Response.json({ error: { ...answer.toWire(), fields: this.fields } }, { status: 503 });
    }
    return Response.json(answer);
  };

  #answerHttp(method: string, path: string): object {
    if (path === '/v1/berths') return { berth: this.berth() };
    if (path === '/v1/sessions' && method === 'POST') {
      return {
        user: { id: me.id, name: me.name, nick: me.nick, email: 'ann@example.org', icon: '' },
        session: { id: 's1', token: 'token-1', expiresAt: this.clock.now() + 86_400_000 },
        berth: this.berth(),
      };
    }
    return {};
  }

  readonly WebSocket: WebSocketConstructor = (() => {
    const platform = this;
    return class FakeWebSocket extends EventTarget {
      binaryType = 'blob';
      readyState = 0;
      readonly #node: NodeSocket;

      constructor(url: string) {
        super();
        this.#node = new NodeSocket(url, this);
        platform.sockets.push(this.#node);
        if (!platform.#onOpen(this.#node)) return;
        queueMicrotask(() => {
          this.readyState = 1;
          this.dispatchEvent(new Event('open'));
        });
      }

      send(bytes: Uint8Array): void {
        if (!this.#node.open) return;
        for (const { id, body } of new FrameDecoder().push(bytes)) {
          platform.#receive(this.#node, id, decodeBody(body) as Record<string, never>);
        }
      }

      close(): void {
        this.readyState = 3;
        this.#node.open = false;
      }
    } as unknown as WebSocketConstructor;
  })();

  #receive(socket: NodeSocket, id: number, body: Record<string, never> & { req?: number }): void {
    const name = frameNames.get(id) ?? frameNames.get(id - 1)!;
    socket.received.push({ name, body });
    if (!frameNames.has(id)) return;
    const answer = this.#onFrame.get(name)?.(body, socket) ?? this.#answer(name, body, socket);
    if (answer === 'silence') return;
    const { req } = body;
    queueMicrotask(() =>
      socket.frame(
        answerId(id),
        answer instanceof BerthError ? { req, error: answer.toWire() } : { req, ...answer },
      ),
    );
  }

  #answer(name: FrameName, body: Record<string, unknown>, socket: NodeSocket): Answer {
    const conversation = this.conversations.get(Number(body.conversation));
    switch (name) {
      case 'hello':
        return {
          ...{ user: me, session: 's1', node: socket.node, now: this.clock.now() },
          ...{ heartbeatMs: 25_000, deadMs: 60_000, maxDeliverBytes: 16_384 },
        };
      case 'heartbeat':
        return { now: this.clock.now() };
      case 'resume': {
        const marks = new Map(body.marks as [number, number][]);
        const changed = [...this.conversations.values()].filter(
          (entry) => entry.head > (marks.get(entry.conversation) ?? 0),
        );
        return { conversations: changed.map(summaryOf), more: false };
      }
      case 'sync': {
        const { after = 0, before = Number.POSITIVE_INFINITY, limit } = body as Record<string, number>;
        const all = conversation!.messages.filter(({ seq }) => seq > after && seq < before);
        const messages = body.before === undefined ? all.slice(0, limit) : all.slice(-limit!);
        return {
          ...{ conversation: conversation!.conversation, messages, head: conversation!.head },
          more: messages.length < all.length,
        };
      }
      case 'send': {
        const { seq, sentAt } = this.store(conversation!.conversation, String(body.text), {
          sender: me.id,
          cid: String(body.cid),
        });
        return { conversation: conversation!.conversation, seq, sentAt };
      }
      case 'conversation':
        return conversation ? { conversation: summaryOf(conversation) } : refusal('not_found');
      case 'conversations':
        return { conversations: [...this.conversations.values()].map(summaryOf) };
      default:
        return {};
    }
  }
}

export const refusal = (code: ErrorCode, retryAfterMs?: number): BerthError =>
  new BerthError(code, undefined, retryAfterMs === undefined ? {} : { retryAfterMs });

function summaryOf({
  messages: _,
  ...summary
}: ConversationSummary & { messages: Message[] }): ConversationSummary {
  return summary;
}
