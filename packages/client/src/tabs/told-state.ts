import { BerthError, type WireError } from '@berth/wire';
import type { Clock } from '../clock.ts';
import type { ConnectionState } from '../types.ts';

/** A state as it crosses to another tab, whose clock has another zero: the next attempt is so far away. */
export type ToldState =
  | Exclude<ConnectionState, { kind: 'offline' }>
  | { kind: 'offline'; retryInMs: number | 'never'; error: WireError };

export function tellState(state: ConnectionState, clock: Clock): ToldState {
  if (state.kind !== 'offline') return state;
  const inMs = state.retryAt - clock.now();
  const retryInMs = Number.isFinite(inMs) ? inMs : 'never';
  return { kind: 'offline', retryInMs, error: state.error.toWire() };
}

export function heardState(told: ToldState, clock: Clock): ConnectionState {
  if (told.kind !== 'offline') return told;
  const { code, message } = told.error;
  const inMs = told.retryInMs === 'never' ? Number.POSITIVE_INFINITY : told.retryInMs;
  return { kind: 'offline', retryAt: clock.now() + inMs, error: new BerthError(code, message) };
}
