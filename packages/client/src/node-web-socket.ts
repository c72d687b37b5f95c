import { WebSocket } from 'ws';
import type { WebSocketConstructor } from './types.ts';

/** A server that was told good-bye has this long to answer, before the connection is cut. */
const leaveMs = 2_000;

/**
 * Node's own WebSocket waits for the other side's leave without an end, which a stopped or cut off server never takes: its
 * socket stays, and the process with it.
 */
class NodeWebSocket extends WebSocket {
  constructor(url: string) {
    super(url, { perMessageDeflate: false });
  }

  override close(code?: number, reason?: string): void {
    super.close(code, reason);
    // The socket itself keeps the process alive until then.
    setTimeout(() => this.terminate(), leaveMs).unref();
  }
}

export const PlatformWebSocket = NodeWebSocket as unknown as WebSocketConstructor;
