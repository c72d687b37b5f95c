import { homeUrl } from '../state/home.ts';
import { serviceWorkers } from './service-workers.ts';
import { whenIdle } from './when-idle.ts';

/** Keeps the client itself on this device, so that it opens while gate is away. Where it cannot, it works without. */
export function keepClient(): (() => void) | undefined {
  const workers = serviceWorkers();
  if (!import.meta.env.PROD || !workers) return undefined;
  // It fetches everything.
  return whenIdle(() => void workers.register(`${homeUrl()}sw.js`).catch(() => {}));
}
