import type { Scenario } from './simulate.ts';

/** The hard moments of a fleet of 20; all with log-ins going on. */
export const scenarios: Scenario[] = [
  {
    name: 'log-in burst',
    ...{ nodes: 20, capacity: 5_000, initial: 1_000, endMs: 15_000 },
    logins: { perSecond: 1_000, fromMs: 0, untilMs: 10_000 },
  },
  {
    name: 'node death',
    ...{ nodes: 20, capacity: 5_000, initial: 2_000, deathAtMs: 3_000, endMs: 15_000 },
    logins: { perSecond: 200, fromMs: 0, untilMs: 10_000 },
  },
  {
    name: 'scale-out',
    ...{ nodes: 20, capacity: 5_000, initial: 1_500, endMs: 60_000 },
    logins: { perSecond: 1_000, fromMs: 0, untilMs: 55_000 },
    scaleOut: { atMs: 2_000, nodes: 1 },
  },
  {
    name: 'wedged node',
    ...{ nodes: 20, capacity: 5_000, initial: 1_000, wedgedAtMs: 2_000, endMs: 60_000 },
    logins: { perSecond: 500, fromMs: 0, untilMs: 40_000 },
  },
];
