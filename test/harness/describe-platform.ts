import { readFile } from 'node:fs/promises';
import type { Service } from './service.ts';

/** Of each service's log so many of its last warnings and errors; of one that has ended its last lines of any kind, too. */
const complaintsTold = 10;
const linesTold = 3;

/** The services of a platform, by their names. */
interface Services {
  readonly services: ReadonlyMap<string, Service>;
  service(name: string): Service;
  readonly operatorToken: string;
}

/**
 * What a failed test leaves behind, for whoever reads the report: the fleet as status holds it, where the next log-in
 * would go and why not elsewhere, which services run, and what they last complained of.
 */
export async function describePlatform(platform: Services): Promise<string> {
  const { opsUrl } = platform.service('status');
  const headers = { authorization: `Bearer ${platform.operatorToken}` };
  const wish = JSON.stringify({ userId: 1, deviceClass: 'web' });
  const told = [
    `fleet: ${await asked(`${opsUrl}/v1/fleet`, { headers })}`,
    `next log-in: ${await asked(`${opsUrl}/v1/placements/explain`, { method: 'POST', headers, body: wish })}`,
  ];
  for (const service of platform.services.values()) told.push(await describeService(service));
  return told.join('\n');
}

async function asked(url: string, request: RequestInit = {}): Promise<string> {
  try {
    return await (await fetch(url, { ...request, signal: AbortSignal.timeout(2_000) })).text();
  } catch (error) {
    return String((error as Error).cause ?? error);
  }
}

async function describeService(service: Service): Promise<string> {
  const lines = (await readFile(service.logFile, 'utf8').catch(() => '')).trimEnd().split('\n');
  const complaints = lines.filter((line) => /"level":"(warn|error|fatal)"|^[^{]/.test(line));
  const last = service.running ? [] : lines.slice(-linesTold);
  const told = new Set([...complaints.slice(-complaintsTold), ...last]);
  return [`${service.name}: ${service.running ? 'running' : 'not running'}`, ...told].join('\n  ');
}
