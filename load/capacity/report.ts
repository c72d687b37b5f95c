import { shown } from '../bench/markdown.ts';
import type { Level } from './measure.ts';
import type { CapacityOptions } from './options.ts';
import { type Found, heldPart } from './search.ts';
import { costOf, renderCost, renderSizes } from './sizing.ts';

export interface CapacityRun {
  options: CapacityOptions;
  /** The build. */
  revision: string;
  machine: string;
  date: string;
  load: string;
  levels: Level[];
  found: Found;
}

const count = (value: number): string => Math.round(value).toLocaleString('en');

/** The number, how sure it is, and what ended it: sentences. */
export function renderNumber({ options, found }: CapacityRun): string {
  const { level, held, broke } = found;
  const { perMinute, seconds, thresholds } = options;
  const within = thresholds.map(({ quantile, belowMs }) => `${quantile} below ${belowMs} ms`).join(', ');
  if (level === 0) return `Not even ${count(broke?.level ?? options.first)} sessions hold: ${broke?.reason}.`;
  const sure = `it held in ${held} of ${held} runs of ${seconds} s, so with 95 % confidence in at least ${Math.round(100 * heldPart(held))} % of such runs`;
  const end = broke
    ? `At ${count(broke.level)} it does not: ${broke.reason}.`
    : 'It was the most that was tried: the limit is higher.';
  return `**${count(level)} sessions**, each sending ${shown(perMinute)} messages a minute (${shown((level * perMinute) / 60)} a second), with ${within} and nothing lost, refused or dropped: ${sure}. ${end}`;
}

/** docs/sizing.md, whole. */
export function renderSizing(run: CapacityRun): string {
  const { options, revision, machine, date, load, levels } = run;
  const rows = levels.map(
    ({ sessions, perSecond, p50Ms, p99Ms, p999Ms, chatCores, serverCores, driverCores, verdict }) => [
      count(sessions),
      `${shown(perSecond)}/s`,
      ...[p50Ms, p99Ms, p999Ms].map((ms) => `${shown(ms)} ms`),
      shown(chatCores),
      shown(serverCores),
      driverCores.toFixed(2),
      verdict.holds ? 'held' : verdict.reason,
    ],
  );
  const head = [
    'sessions',
    'messages',
    'p50',
    'p99',
    'p99.9',
    'chat, cores',
    'all servers, cores',
    'loader, cores',
    '',
  ];
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const best = costOf(levels.filter(({ verdict }) => verdict.holds));
  const { nodes, drivers, seconds } = options;
  return `# Sizing

Written by \`npm run load:capacity\`; docs/deploy.md and the README take the chat pods and nodes of their costs from here.

Measured on ${date} of ${revision} on ${machine}, everything on it: ${nodes} chat node${nodes > 1 ? 's' : ''}, MySQL, Redis, the other services and ${drivers}
driver process${drivers > 1 ? 'es' : ''}; ${load}; ${seconds} s a level. Sessions are logged in, beat each 20 to 25 s, and write in pairs at the arrival rate of the
level, whatever the server does; each message is timed from when it was due until the other one has it, after it was stored. The checker
went through all logs.

## The number

${renderNumber(run)}

${table}

## A session

${best ? renderCost(best) : 'No level held.'}
${best ? `\nAt ${count(best.sessions)} sessions.\n\n## Pods and dollars\n\n${renderSizes(best)}\n\nPods are given 30 % head room. Arithmetic and prices: docs/deploy.md, "What it costs".\n` : ''}`
    .trimEnd()
    .concat('\n');
}
