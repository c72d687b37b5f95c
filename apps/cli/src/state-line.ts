import type { ConnectionState } from '@berth/client';
import { plain } from './terminal.ts';

/** The state of the connection as a line. */
export function stateLine(state: ConnectionState, now = performance.now()): string {
  switch (state.kind) {
    case 'idle':
      return '* not connected';
    case 'connecting':
      return '* connecting';
    case 'online':
      return state.movedFrom === undefined
        ? `* berthed on ${state.node}`
        : `* moved from ${state.movedFrom} to ${state.node}`;
    case 'offline': {
      const seconds = Math.max(0, state.retryAt - now) / 1_000;
      const when = Number.isFinite(seconds) ? `again in ${seconds.toFixed(1)} s` : 'not again by itself';
      return `* offline: ${plain(state.error.message)} (${when})`;
    }
    case 'kicked':
      return state.reason !== 'elsewhere'
        ? '* logged in elsewhere; this session was closed'
        : '* this session is in use elsewhere';
    case 'ended':
      return state.reason === 'logged-out' ? '* logged out' : '* the session was ended; log in again';
  }
}
