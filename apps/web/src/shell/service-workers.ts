/** The browser's service workers; undefined where there are none, or where site data is blocked and even to ask throws. */
export function serviceWorkers(): ServiceWorkerContainer | undefined {
  try {
    return navigator.serviceWorker;
  } catch {
    return undefined;
  }
}
