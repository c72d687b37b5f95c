import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type BerthClient, createClient } from '@berth/client';
import { type App, backoffMs } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import type { Berth } from '@berth/wire';
import { obtainAccount } from './account.ts';
import type { ProbeConfig } from './config.ts';
import { TcpSession } from './tcp-session.ts';

/** Berths that a session tries before it gives up, and the pauses between them. */
const attempts = 5;
const retry = { baseMs: 250, maxMs: 2_000 };

/**
 * Proves that the platform works: logs one account in twice, over WebSocket and over TCP, each placed on a node, and
 * lets each session hear what the other sends. All of it happens in `start`, which rejects with the step that failed.
 */
export function createProbe(config: ProbeConfig, { log }: { log: Log }): App {
  const client = createClient({
    gateUrl: config.gateUrl,
    deviceClass: 'probe-ws',
    platform: 'probe',
    ...(config.webSocketUrl !== undefined && { WebSocket: webSocketBelow(config.webSocketUrl) }),
    requestTimeoutMs: config.timeoutMs,
  });
  let tcp: TcpSession | undefined;
  return {
    async start() {
      const signal = AbortSignal.timeout(config.timeoutMs);
      const step = async <T>(name: string, task: Promise<T>): Promise<T> => {
        try {
          const result = await untilAborted(task, signal);
          log.info({ step: name }, 'done');
          return result;
        } catch (cause) {
          throw new Error(`${name}: ${cause instanceof Error ? cause.message : 'failed'}`, { cause });
        }
      };
      const account = await step('account', obtainAccount(config.account, client, signal));
      await step('log in', client.logIn(account));
      const node = await step('connect over WebSocket', connected(client));
      const group = await step('conversation', openGroup(client));
      const second = await step('log in for TCP', obtainBerth(config, account, signal));
      const other = await step('hello over TCP', enter(second, config, signal, log));
      tcp = other.tcp;
      log.info({ webSocket: node, tcp: other.node }, 'placed');
      await step('echo from WebSocket to TCP', echoToTcp(client, tcp, group));
      await step('echo from TCP to WebSocket', echoToWebSocket(client, tcp, group));
      await step('log out', logOut(client));
    },
    async close() {
      tcp?.close();
      await client.close();
    },
  };
}

/** A WebSocket that is opened at the same path elsewhere: the public address may lead nowhere from inside a cluster. */
function webSocketBelow(base: string): typeof WebSocket {
  return class extends WebSocket {
    constructor(url: string | URL) {
      super(`${base}${new URL(url).pathname}`);
    }
  };
}

/** Resolves with the name of the node when the client is on one. */
function connected(client: BerthClient): Promise<string> {
  return new Promise((resolve, reject) => {
    client.on('state', (state) => {
      if (state.kind === 'online') resolve(state.node);
      else if (state.kind === 'kicked' || state.kind === 'ended') reject(new Error(state.reason));
    });
    client.connect();
  });
}

/** The account's own group, always the same one. */
async function openGroup(client: BerthClient): Promise<number> {
  const { conversation } = await client.request('groupCreate', { cid: 'probe', title: 'Probe', members: [] });
  return conversation.conversation;
}

interface Placed {
  token: string;
  berth: Berth;
}

/** A second session of the account, and its place on a node. */
async function obtainBerth(
  { gateUrl }: ProbeConfig,
  { email, password }: { email: string; password: string },
  signal: AbortSignal,
): Promise<Placed> {
  const device = { class: 'probe-tcp', platform: 'probe' };
  const answer = await ask(`${gateUrl}/v1/sessions`, {}, { email, password, device }, signal);
  const { session, berth } = answer as { session: { token: string }; berth: Berth };
  return { token: session.token, berth };
}

/** As every client does: a node may go between ticket and hello, so another berth is taken then. */
async function enter(
  { token, berth }: Placed,
  { gateUrl, tcp: address }: ProbeConfig,
  signal: AbortSignal,
  log: Log,
): Promise<{ tcp: TcpSession; node: string }> {
  let next: Berth | undefined = berth;
  let avoid: string[] = [];
  for (let attempt = 1; ; attempt++) {
    let tcp: TcpSession | undefined;
    try {
      next ??= await anotherBerth(gateUrl, { token, avoid }, signal);
      tcp = await TcpSession.open(address ?? next, signal);
      return { tcp, node: await greet(tcp, next.ticket) };
    } catch (err) {
      tcp?.close();
      if (attempt === attempts || signal.aborted) throw err;
      log.warn({ err, node: next?.node }, 'not let in: taking another berth');
      avoid = next ? [next.node] : [];
      next = undefined;
      await wait(100 + backoffMs(attempt, retry), undefined, { signal });
    }
  }
}

async function anotherBerth(
  gateUrl: string,
  { token, avoid }: { token: string; avoid: string[] },
  signal: AbortSignal,
): Promise<Berth> {
  const answer = await ask(`${gateUrl}/v1/berths`, { authorization: `Bearer ${token}` }, { avoid }, signal);
  return (answer as { berth: Berth }).berth;
}

async function ask(
  url: string,
  headers: Record<string, string>,
  body: object,
  signal: AbortSignal,
): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok) throw new Error(`gate answers ${response.status}`);
  return response.json();
}

async function greet(tcp: TcpSession, ticket: string): Promise<string> {
  const { node } = await tcp.request('hello', { token: ticket, device: { platform: 'probe' } });
  await tcp.request('resume', { marks: [] });
  return node;
}

async function echoToTcp(client: BerthClient, tcp: TcpSession, conversation: number): Promise<void> {
  const text = uniqueText();
  await Promise.all([tcp.delivered(text), client.send(conversation, text).whenSent()]);
}

async function echoToWebSocket(client: BerthClient, tcp: TcpSession, conversation: number): Promise<void> {
  const text = uniqueText();
  const heard = new Promise<void>((resolve) => {
    client.on('message', ({ message }) => {
      if (message.text === text) resolve();
    });
  });
  await tcp.request('send', { conversation, cid: randomBytes(12).toString('hex'), text });
  await heard;
}

/** Ends the sessions of this and of earlier probes. */
async function logOut(client: BerthClient): Promise<void> {
  for (const { id, platform, current } of await client.listSessions()) {
    if (platform === 'probe' && !current) await client.endSession(id);
  }
  await client.logOut();
}

const uniqueText = (): string => `probe ${randomBytes(8).toString('hex')}`;

function untilAborted<T>(task: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error('took too long'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    task.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
