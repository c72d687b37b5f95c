import { existsSync, readFileSync } from 'node:fs';
import type { MetricName } from '../profiles/metrics.ts';
import type { Thresholds } from '../profiles/profile.ts';
import type { Samples } from './samples.ts';

/** What k6 made of a threshold; `unmeasured`: nothing of the kind happened, or k6 did not get to its summary. */
export interface ThresholdOutcome {
  metric: string;
  expression: string;
  outcome: 'met' | 'missed' | 'unmeasured';
  /** What was measured, of what the expression asks for. */
  value: number | undefined;
}

interface K6Summary {
  metrics: Record<string, { values: Record<string, number>; thresholds?: Record<string, { ok: boolean }> }>;
}

/** Undefined when k6 did not write one. */
export function readSummary(file: string): K6Summary | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as K6Summary) : undefined;
}

export function judgeThresholds(
  thresholds: Thresholds,
  summary: K6Summary | undefined,
  samples: Samples,
): ThresholdOutcome[] {
  return Object.entries(thresholds).flatMap(([metric, expressions]) =>
    expressions.map((expression): ThresholdOutcome => {
      const judged = summary?.metrics[metric];
      const isOk = judged?.thresholds?.[expression]?.ok;
      const isTimed = metric.endsWith('_ms');
      const hasSamples = samples.totals.trends.has(metric as MetricName);
      const aggregate = /^[^<>=!]+/.exec(expression)![0].trim();
      return {
        metric,
        expression,
        outcome: isOk === undefined || (isTimed && !hasSamples) ? 'unmeasured' : isOk ? 'met' : 'missed',
        value:
          isTimed && !hasSamples
            ? undefined
            : measured(aggregate, judged?.values, samples, metric as MetricName),
      };
    }),
  );
}

function measured(
  aggregate: string,
  values: Record<string, number> | undefined,
  samples: Samples,
  metric: MetricName,
): number | undefined {
  const known = values?.[aggregate === 'p(50)' ? 'med' : aggregate];
  if (known !== undefined) return known;
  const percent = /^p\((.*)\)$/.exec(aggregate)?.[1];
  return percent === undefined ? undefined : samples.totals.trends.get(metric)?.percentile(Number(percent));
}
