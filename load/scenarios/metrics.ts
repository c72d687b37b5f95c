import { Counter, Trend } from 'k6/metrics';
import { type MetricName, metricKinds } from '../profiles/metrics.ts';

/** What the scenarios write to, by name. */
export const metrics = Object.fromEntries(
  Object.entries(metricKinds).map(([name, kind]) => [
    name,
    kind === 'trend' ? new Trend(name, true) : new Counter(name),
  ]),
) as { [N in MetricName]: (typeof metricKinds)[N] extends 'trend' ? Trend : Counter };

/** Notes a failure by its code, and says it: k6's log is where the reasons are. */
export function noteError(where: string, error: unknown): void {
  const { code = 'exception', message } = error as { code?: string; message?: string };
  metrics.berth_errors.add(1, { code: String(code), where });
  console.error(`${where}: ${code}: ${message ?? error}`);
}
