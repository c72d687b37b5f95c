import { BerthError, GateError } from '@berth/client';
import { useState } from 'react';
import type { FieldProblem } from './field-rules.ts';

type Values<K extends string> = Record<K, string>;
type Checks<K extends string> = Record<K, (value: string) => FieldProblem>;

/** The fields that gate's refusals are about, and what they say there. */
const refusals: Readonly<Record<string, { field: string; problem: FieldProblem }>> = {
  name_taken: { field: 'name', problem: 'error.name_taken' },
  code_wrong: { field: 'code', problem: 'error.code_wrong' },
  code_expired: { field: 'code', problem: 'error.code_expired' },
  password_refused: { field: 'password', problem: 'error.password_refused' },
};

/** The fields of a form, each checked as one types in it, all of them when one submits. */
export function useFields<K extends string>(initial: Values<K>, checks: Checks<K>) {
  const [fields, setFields] = useState(initial);
  const [touched, setTouched] = useState<ReadonlySet<K>>(new Set());
  const [refused, setRefused] = useState<Partial<Record<K, FieldProblem>>>({});
  const names = Object.keys(initial) as K[];
  const problems = Object.fromEntries(
    names.map((name) => [
      name,
      touched.has(name) ? (checks[name](fields[name]) ?? refused[name]) : undefined,
    ]),
  ) as Record<K, FieldProblem>;
  return {
    fields,
    problems,
    set: (name: K) => (value: string) => {
      setFields((before) => ({ ...before, [name]: value }));
      setTouched((before) => new Set(before).add(name));
      setRefused((before) => ({ ...before, [name]: undefined }));
    },
    /** What was wrong with it is no longer of interest, until one types in it or submits. */
    forget: (name: K) => {
      setTouched((before) => new Set([...before].filter((other) => other !== name)));
      setRefused((before) => ({ ...before, [name]: undefined }));
    },
    /** Shows what gate refuses beside the fields that it is about; answers whether there are any. */
    refuse: (error: unknown): boolean => {
      const known = error instanceof BerthError ? refusals[error.code] : undefined;
      const about = known ? [known.field] : error instanceof GateError ? Object.keys(error.fields) : [];
      const wrong = names.filter((name) => about.includes(name));
      if (wrong.length === 0) return false;
      setRefused(
        Object.fromEntries(
          wrong.map((name) => [name, known?.problem ?? 'error.bad_request']),
        ) as typeof refused,
      );
      document.querySelector<HTMLElement>(`form [name="${wrong[0]}"]`)?.focus();
      return true;
    },
    /** Whether everything may be sent; shows what is wrong. */
    allGood: (): boolean => {
      setTouched(new Set(names));
      const wrong = names.find((name) => checks[name](fields[name]) !== undefined);
      if (wrong) document.querySelector<HTMLElement>(`form [name="${wrong}"]`)?.focus();
      return wrong === undefined;
    },
  };
}
