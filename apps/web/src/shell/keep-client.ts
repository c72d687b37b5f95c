/** Keeps the client itself on this device, so that it opens while gate is away. Where it cannot, it works without. */
export function keepClient(): void {
  if (import.meta.env.PROD) navigator.serviceWorker?.register('/sw.js').catch(() => {});
}
