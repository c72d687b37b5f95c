/**
 * Where this page is: gate's address, below which it serves both API and client. One host may have several of them, each
 * below a path of its own.
 */
export const homeUrl = (): string => new URL('.', location.href).href;

/**
 * What this client calls `name` where everything of a host shares its names, as storage and notifications do. At the root of
 * the host that is the name itself.
 */
export function ownName(name: string, home = homeUrl()): string {
  const path = new URL(home).pathname;
  return path === '/' ? name : `${path} ${name}`;
}
