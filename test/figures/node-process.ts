import { readdirSync, readFileSync } from 'node:fs';

/** The chat process of the pod with that address: pods of the cluster are processes of this machine. */
export function pidOfNode(address: string): number {
  const found = readdirSync('/proc').find((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      return environment.includes(`NODE_NAME=${address}`);
    } catch {
      // It has just ended.
      return false;
    }
  });
  if (found === undefined) throw new Error(`no process has the address ${address}`);
  return Number(found);
}
