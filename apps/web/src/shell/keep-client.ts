import { homeUrl } from '../state/home.ts';
import { serviceWorkers } from './service-workers.ts';

/** Where the browser cannot tell when it is idle. */
const laterMs = 2_000;

/** Keeps the client itself on this device, so that it opens while gate is away. Where it cannot, it works without. */
export function keepClient(): void {
  const workers = serviceWorkers();
  if (!import.meta.env.PROD || !workers) return;
  const register = () => void workers.register(`${homeUrl()}sw.js`).catch(() => {});
  // It fetches everything: when the page has nothing better to do.
  if ('requestIdleCallback' in window) requestIdleCallback(register);
  else setTimeout(register, laterMs);
}
