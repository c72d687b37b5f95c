import { after } from 'node:test';
import { beforeAll, eventually, useMysql, useRedis } from '@berth/fixtures';
import { createLog, openTracing } from '@berth/telemetry';
import type { Answers } from '@berth/wire';
import { type Chat, createChat } from './app.ts';
import { type ChatConfig, parseChatConfig } from './config.ts';
import { StatusFixture, type TicketOptions } from './registration/status.fixture.ts';
import { WireClient } from './session/wire-client.fixture.ts';

export interface Guest extends WireClient {
  user: number;
  session: string;
  hello: Answers['hello'];
}

/** How a client logs in, and what it says of itself at hello. */
interface GuestOptions extends TicketOptions {
  transport?: 'tcp' | 'ws';
  entries?: boolean;
  changes?: boolean;
  moves?: boolean;
  own?: boolean;
  echo?: boolean;
}

/**
 * Chat nodes named `node-1` and so on over a MySQL and a Redis of the file's own, and a registry in memory. Nodes are closed
 * after the last test.
 */
export function useChatFleet(nodes: number, settings: Record<string, string> = {}) {
  const status = new StatusFixture();
  const chats = new Map<string, Chat>();
  let users = 0;
  // Before the servers: hooks run in the order of their naming.
  after(async () => {
    await Promise.all([...chats.keys()].map(stop));
    status.stop();
  });
  const mysql = useMysql();
  const redis = useRedis();

  const config = (node: string, more: Record<string, string> = {}): ChatConfig => {
    const listening = { TCP_PORT: '0', WS_PORT: '0', PEER_PORT: '0', OPS_PORT: '0', OPS_HOST: '127.0.0.1' };
    return parseChatConfig({
      NODE_NAME: node,
      CLIENT_HOST: '127.0.0.1',
      PEER_HOST: '127.0.0.1',
      ...listening,
      MYSQL_URL: mysql.url,
      REDIS_URL: redis.url,
      STATUS_ADDRESS: status.address,
      STRANGERS_MAY_WRITE: 'true',
      DRAIN_SECONDS: '0',
      ...settings,
      ...more,
    });
  };
  const start = async (node: string, more: Record<string, string> = {}): Promise<Chat> => {
    const log = createLog('chat', settings.LOG_LEVEL ?? 'silent').child({ node });
    const parsed = config(node, more);
    const chat = createChat(parsed, { log, tracing: await openTracing(parsed.tracing, log) });
    chats.set(node, chat);
    await chat.start();
    await eventually(`${node} is ready`, () => chat.isReady);
    return chat;
  };
  async function stop(node: string): Promise<void> {
    const chat = chats.get(node);
    chats.delete(node);
    await chat?.close();
  }

  const ready = beforeAll(async () => {
    await Promise.all([mysql.ready, redis.ready, status.start()]);
    for (let i = 1; i <= nodes; i++) await start(`node-${i}`);
  });
  return {
    ready,
    mysql,
    redis,
    status,
    start,
    stop,
    chat: (node: string): Chat => chats.get(node)!,
    /** A new account; its id. */
    async user(): Promise<number> {
      const name = `user${++users}`;
      const { insertId } = await mysql.db.run(
        'INSERT INTO users (email_key, name_key, name, nick, password_hash, created_at) VALUES (?, ?, ?, ?, ?, 1)',
        [`${name}@example.com`, name, name, name, 'x'],
      );
      return insertId;
    },
    connect: (node: string, transport: 'tcp' | 'ws' = 'ws'): Promise<WireClient> => {
      const { ports } = chats.get(node)!;
      return transport === 'tcp' ? WireClient.tcp(ports.tcp) : WireClient.webSocket(ports.webSocket);
    },
    /** A client of that user on that node, logged in; resumed with nothing. */
    async logIn(
      node: string,
      user: number,
      { transport, entries, changes, moves, own, echo, ...ticket }: GuestOptions = {},
    ): Promise<Guest> {
      const client = await this.connect(node, transport);
      const signed = status.ticket(node, user, ticket);
      const hello = await client.ask('hello', {
        token: signed.ticket,
        ...(entries !== undefined && { entries }),
        ...(changes !== undefined && { changes }),
        ...(moves !== undefined && { moves }),
        ...(own !== undefined && { own }),
        ...(echo !== undefined && { echo }),
      });
      await client.ask('resume', { marks: [] });
      return Object.assign(client, { user, session: signed.session, hello });
    },
  };
}
