import { randomBytes } from 'node:crypto';
import { type BerthClient, createClient } from '@berth/client';
import type { App } from '@berth/lifecycle';
import type { Log } from '@berth/telemetry';
import { obtainAccount } from './account.ts';
import type { ProbeConfig } from './config.ts';
import { TcpSession } from './tcp-session.ts';

/**
 * Proves that the platform works: logs one account in twice, over WebSocket and over TCP, each placed on a node, and
 * lets each session hear what the other sends. All of it happens in `start`, which rejects with the step that failed.
 */
export function createProbe(config: ProbeConfig, { log }: { log: Log }): App {
  const client = createClient({
    gateUrl: config.gateUrl,
    deviceClass: 'probe-ws',
    platform: 'probe',
    WebSocket: webSocketBelow(config.gateUrl),
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
      tcp = await step('connect over TCP', TcpSession.open(config.tcp, signal));
      const other = await step('log in over TCP', logInOverTcp(config, account, tcp, signal));
      log.info({ webSocket: node, tcp: other }, 'placed');
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

/** A WebSocket that is opened at the same path below `gateUrl`: the public address may lead nowhere from inside. */
function webSocketBelow(gateUrl: string): typeof WebSocket {
  return class extends WebSocket {
    constructor(url: string | URL) {
      super(`${gateUrl.replace(/^http/, 'ws')}${new URL(url).pathname}`);
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

async function logInOverTcp(
  config: ProbeConfig,
  account: { email: string; password: string },
  tcp: TcpSession,
  signal: AbortSignal,
): Promise<string> {
  const response = await fetch(`${config.gateUrl}/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: account.email,
      password: account.password,
      device: { class: 'probe-tcp', platform: 'probe' },
    }),
    signal,
  });
  if (!response.ok) throw new Error(`gate answers ${response.status}`);
  const { berth } = (await response.json()) as { berth: { ticket: string } };
  const { node } = await tcp.request('hello', { token: berth.ticket, device: { platform: 'probe' } });
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
