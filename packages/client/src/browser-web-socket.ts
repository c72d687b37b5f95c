import type { WebSocketConstructor } from './types.ts';

/** A browser gives a silent server some time to take leave, and lets the connection go by itself. */
export const PlatformWebSocket: WebSocketConstructor = globalThis.WebSocket;
