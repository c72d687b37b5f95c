import type { Platform } from '@berth/test/platform';
import type { ProcessGroups } from '../../machine/process-cpu.ts';

/** All server processes of a platform, the stores included, by what they are. */
export function processesOf({ services, mysql, redis }: Platform): ProcessGroups {
  const groups: ProcessGroups = { MySQL: [mysql.pid], Redis: [redis.pid] };
  for (const [name, { pid }] of services) {
    const group = name.replace(/-\d+$/, '');
    groups[group] = [...(groups[group] ?? []), pid];
  }
  return groups;
}

/** Of an app's metrics: what the lines of this name say, the highest. */
export async function metricOf(opsUrl: string, name: string): Promise<number> {
  const text = await (await fetch(`${opsUrl}/metrics`, { signal: AbortSignal.timeout(5_000) })).text();
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(([, value]) =>
    Number(value),
  );
  if (values.length === 0) throw new Error(`${opsUrl} has no metric ${name}`);
  return Math.max(...values);
}
