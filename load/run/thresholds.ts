import { type MetricName, metricKinds } from '../profiles/metrics.ts';
import { InputError } from './input-error.ts';

const aggregates = {
  trend: 'avg, min, med, max or p(N)',
  counter: 'count or rate',
} as const;

/** `metric: expression`, as k6 takes it. Throws InputError that says which part is not known. */
export function parseThreshold(text: string): { metric: MetricName; expression: string } {
  const wrong = (what: string) => new InputError(`--threshold "${text}": ${what}`);
  const [, metric, expression] = /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/.exec(text) ?? [];
  if (metric === undefined || expression === undefined)
    throw wrong('expected METRIC: EXPRESSION, such as berth_ack_ms: p(99)<250');
  if (!Object.hasOwn(metricKinds, metric))
    throw wrong(`no metric ${metric}; did you mean ${nearest(metric)}?`);
  const kind = metricKinds[metric as MetricName];
  const [, aggregate, comparison, limit] =
    /^([a-z]+(?:\([^)]*\))?)\s*([<>=!]+)\s*(\S+)$/.exec(expression) ?? [];
  if (aggregate === undefined)
    throw wrong(`cannot read ${expression || 'nothing'}; expected such as ${sample(kind)}`);
  if (!isAggregate(kind, aggregate)) throw wrong(`${aggregate}: a ${kind} has ${aggregates[kind]}`);
  if (!/^(<|<=|>|>=|==|===|!=)$/.test(comparison!))
    throw wrong(`${comparison}: expected <, <=, >, >=, == or !=`);
  if (!/^-?\d+(\.\d+)?$/.test(limit!)) throw wrong(`${limit}: expected a number`);
  return { metric: metric as MetricName, expression: `${aggregate}${comparison}${limit}` };
}

function isAggregate(kind: 'trend' | 'counter', aggregate: string): boolean {
  if (kind === 'counter') return /^(count|rate)$/.test(aggregate);
  const percentile = /^p\((\d+(?:\.\d+)?)\)$/.exec(aggregate)?.[1];
  return percentile === undefined ? /^(avg|min|med|max)$/.test(aggregate) : Number(percentile) <= 100;
}

const sample = (kind: 'trend' | 'counter') => (kind === 'trend' ? 'p(99)<250' : 'count==0');

/** The metric with the fewest letters to change. */
function nearest(name: string): string {
  return Object.keys(metricKinds).reduce((best, each) =>
    distance(name, each) < distance(name, best) ? each : best,
  );
}

function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++)
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1));
    row = next;
  }
  return row.at(-1)!;
}
