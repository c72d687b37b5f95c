import type { Handler } from '../context.ts';

/** Says that the node is there, and its time. */
export const heartbeat: Handler<'heartbeat'> = async () => ({ now: Date.now() });
