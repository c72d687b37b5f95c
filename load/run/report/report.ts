import { type MetricName, metricKinds } from '../../profiles/metrics.ts';
import type { Samples } from '../samples.ts';
import type { ThresholdOutcome } from '../summary.ts';
import { script, style } from './page.ts';
import { clock, escapeHtml, renderPlot } from './plot.ts';
import { mostConnections, plotsOf } from './plots.ts';

export type Verdict = 'passed' | 'failed' | 'interrupted';

export interface RunFacts {
  profile: string;
  about: string;
  verdict: Verdict;
  /** Why it is no pass, in a sentence; empty for a pass. */
  reason: string;
  target: string;
  k6: string;
  machine: string;
  startedAt: Date;
  tookMs: number;
  thresholds: ThresholdOutcome[];
  samples: Samples;
  /** What k6's log warned of. */
  warnings: string[];
}

/** The report as one page that needs nothing else. */
export function renderReport(facts: RunFacts): string {
  const { profile, about, verdict, reason, samples } = facts;
  const begun = `${facts.startedAt.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Berth under load: ${escapeHtml(profile)}, ${verdict}</title><style>${style}</style></head>
<body><main>
<header><h1>Berth under load: ${escapeHtml(profile)}</h1><span class="verdict ${verdict}">${verdict}</span></header>
<p class="facts">${escapeHtml(about)}<br>${escapeHtml(facts.target)} · ${begun}, ${clock(facts.tookMs)} · ${escapeHtml(facts.k6)} on ${escapeHtml(facts.machine)}${reason && `<br><strong>${escapeHtml(reason)}</strong>`}</p>
<ul class="tiles">${tilesOf(samples)}</ul>
<h2>Over time</h2>
<div class="plots">${plotsOf(samples)
    .map((plot) => renderPlot(plot, samples.slotMs))
    .join('\n')}</div>
<h2>Thresholds</h2>
${thresholdTable(facts.thresholds)}
<h2>Latencies of the whole run, ms</h2>
${latencyTable(samples)}
${errorTable(samples)}${warningTable(facts.warnings)}
</main><script>${script}</script></body></html>
`;
}

/** Messages lost, in words; those of a run that was cut short are not all known. */
export function describeLost(samples: Samples): string {
  const open = Math.max(0, samples.total('berth_owed') - samples.total('berth_judged'));
  return `of ${count(samples.total('berth_judged'))} deliveries looked through${open > 0 ? `; ${count(open)} not looked through` : ''}`;
}

function tilesOf(samples: Samples): string {
  const lost = samples.total('berth_lost');
  const errors = samples.total('berth_errors');
  const isJudged = samples.total('berth_judged') > 0;
  const percentile = (name: MetricName, percent: number) =>
    ms(samples.totals.trends.get(name)?.percentile(percent));
  const tile = (value: string, label: string, tone = '') =>
    `<li class="${tone}"><b>${value}</b><span>${escapeHtml(label)}</span></li>`;
  return [
    tile(
      isJudged ? count(lost) : '–',
      `messages lost, ${describeLost(samples)}`,
      lost > 0 ? 'bad' : isJudged ? 'good' : '',
    ),
    tile(count(samples.total('berth_acknowledged')), 'messages acknowledged'),
    tile(count(samples.total('berth_delivered')), 'deliveries to other members'),
    tile(count(errors), 'errors', errors > 0 ? 'bad' : 'good'),
    tile(count(mostConnections(samples)), 'connections at most'),
    tile(
      `${percentile('berth_ack_ms', 50)} / ${percentile('berth_ack_ms', 99)}`,
      'acknowledgement, p50 / p99, ms',
    ),
    tile(
      `${percentile('berth_delivery_ms', 50)} / ${percentile('berth_delivery_ms', 99)}`,
      'delivery, p50 / p99, ms',
    ),
  ].join('');
}

function thresholdTable(outcomes: ThresholdOutcome[]): string {
  const words = { met: 'met', missed: 'missed', unmeasured: 'not measured' };
  const rows = outcomes.map(
    ({ metric, expression, outcome, value }) =>
      `<tr><td><code>${metric}</code></td><td><code>${escapeHtml(expression)}</code></td><td class="number">${value === undefined ? '–' : ms(value)}</td><td class="${outcome}">${words[outcome]}</td></tr>`,
  );
  return table(['metric', 'limit', '#measured', ''], rows);
}

function latencyTable({ totals }: Samples): string {
  const rows = (Object.keys(metricKinds) as MetricName[]).flatMap((name) => {
    const histogram = totals.trends.get(name);
    if (!histogram) return [];
    const cells = [
      count(histogram.count),
      ...[50, 90, 99, 99.9].map((percent) => ms(histogram.percentile(percent))),
      ms(histogram.max),
    ];
    return [
      `<tr><td><code>${name}</code></td>${cells.map((cell) => `<td class="number">${cell}</td>`).join('')}</tr>`,
    ];
  });
  return table(['metric', '#times', '#p50', '#p90', '#p99', '#p99.9', '#max'], rows);
}

function errorTable({ errors }: Samples): string {
  if (errors.size === 0) return '';
  const rows = [...errors]
    .sort(([, a], [, b]) => b - a)
    .map(([what, times]) => `<tr><td>${escapeHtml(what)}</td><td class="number">${count(times)}</td></tr>`);
  return `<h2>Errors</h2>${table(['where, and code', '#times'], rows)}`;
}

function warningTable(warnings: string[]): string {
  if (warnings.length === 0) return '';
  const rows = warnings.map((line) => `<tr><td><code>${escapeHtml(line)}</code></td></tr>`);
  return `<h2>From k6's log</h2>${table(['each line once'], rows, 'log')}`;
}

/** A column whose name begins with # holds numbers. */
function table(columns: string[], rows: string[], name = ''): string {
  const head = columns.map((column) =>
    column.startsWith('#') ? `<th class="number">${column.slice(1)}</th>` : `<th>${column}</th>`,
  );
  return `<div class="scroll"><table class="${name}"><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });
const ms = (value: number | undefined): string =>
  value === undefined ? '–' : value.toLocaleString('en-US', { maximumFractionDigits: value >= 100 ? 0 : 1 });
