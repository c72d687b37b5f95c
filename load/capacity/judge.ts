import type { FleetReport } from '../driver/fleet.ts';
import type { Threshold } from './options.ts';
import type { Verdict } from './search.ts';

const parts = { p50: 0.5, p99: 0.99, p999: 0.999 };
/** Above these the driver, or the machine below it, is what was measured. */
const driverLimit = { cores: 0.7, lateP99Ms: 50 };

/**
 * Whether what a level has shown is within the thresholds; nothing may be lost, refused or dropped. Latencies count from when
 * a message was due, so what holds holds whoever was late; what does not may be the loader's doing.
 */
export function judge(report: FleetReport, thresholds: Threshold[]): Verdict & { isLoader: boolean } {
  const { dropped, refused, missing, deliveredIn } = report;
  const no = (reason: string, isLoader = false) => ({ holds: false, reason, isLoader });
  if (dropped > 0) return no(`${dropped} sessions were dropped`);
  if (refused > 0) return no(`${refused} sends were refused`);
  if (missing > 0) return no(`${missing} messages were not acknowledged, or had not come, after 15 s`);
  for (const { quantile, belowMs } of thresholds) {
    const ms = deliveredIn.atMs(parts[quantile]);
    if (ms < belowMs) continue;
    const reason = `${quantile} was ${ms.toFixed(0)} ms, not below ${belowMs}`;
    const loader = loaderAtItsLimit(report);
    return no(loader ? `the loader was the limit: ${loader} (${reason})` : reason, loader !== undefined);
  }
  return { holds: true, reason: '', isLoader: false };
}

/** What shows that the loader was the bottleneck; undefined when nothing does. */
export function loaderAtItsLimit({
  driverCores,
  sentIn,
}: Pick<FleetReport, 'driverCores' | 'sentIn'>): string | undefined {
  const lateMs = sentIn.atMs(0.99);
  if (driverCores > driverLimit.cores) return `a driver took ${driverCores.toFixed(2)} of a core`;
  if (lateMs > driverLimit.lateP99Ms) return `it sent ${lateMs.toFixed(0)} ms late (p99)`;
  return undefined;
}
