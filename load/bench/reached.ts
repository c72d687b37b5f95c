import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdown } from './markdown.ts';
import { today, writeSection } from './report.ts';

/** Whether one thing that a target asks for is there, as a run has shown it. */
export interface Outcome {
  /** Of the targets: `P9`. */
  target: string;
  what: string;
  /** With its unit. */
  measured: string;
  /** Such as `≤ 0.8`. */
  bound: string;
  isMet: boolean;
}

/** With the build that it is of. */
type Kept = Outcome & { revision: string; date: string };

const file = join(import.meta.dirname, '../../docs/benchmarks/reached.json');

/** What is to be reached: `better` than a value, or as good. */
export interface Bound {
  value: number;
  better: 'less' | 'more';
}

export const boundOf = ({ value, better }: Bound): string => `${better === 'less' ? '≤' : '≥'} ${value}`;

export const isWithin = ({ value, better }: Bound, reached: number): boolean =>
  better === 'less' ? reached <= value : reached >= value;

/** Puts what a run has shown in the place of what an earlier one did, and the table of all targets into docs/benchmarks.md. */
export function noteOutcomes(outcomes: Outcome[], revision: string): void {
  const kept = JSON.parse(readFileSync(file, 'utf8')) as Kept[];
  const merged = merge(
    kept,
    outcomes.map((outcome) => ({ ...outcome, revision, date: today() })),
  );
  writeFileSync(file, `${JSON.stringify(merged, null, 2)}\n`);
  writeSection('reached', renderOutcomes(merged));
}

export function merge(kept: Kept[], fresh: Kept[]): Kept[] {
  const keyOf = ({ target, what }: Kept) => `${target}: ${what}`;
  const byKey = new Map([...kept, ...fresh].map((outcome) => [keyOf(outcome), outcome]));
  return [...byKey.values()].toSorted((one, other) => numberOf(one) - numberOf(other));
}

export const renderOutcomes = (outcomes: Kept[]): string =>
  markdown([
    ['', 'what', 'to reach', 'measured', '', 'build'],
    ...outcomes.map(({ target, what, bound, measured, isMet, revision, date }) => [
      ...[target, what, bound, measured, isMet ? 'met' : 'not met', `${revision}, ${date}`],
    ]),
  ]);

const numberOf = ({ target }: Kept): number => Number(target.slice(1));
