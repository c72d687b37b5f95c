/** Messages that are being selected: those of `base`, and what was spanned since from the anchor on. */
export interface Selected {
  seqs: ReadonlySet<number>;
  base: ReadonlySet<number>;
  anchor: number;
}

/** At once: what is done with them is done one after the other. */
export const maxSelected = 100;

/** One more, or one less; undefined once there is none. As it was when there is no room. */
export function toggled(before: Selected | undefined, seq: number): Selected | undefined {
  const seqs = new Set(before?.seqs);
  if (!seqs.delete(seq)) {
    if (seqs.size >= maxSelected) return before;
    seqs.add(seq);
  }
  return seqs.size === 0 ? undefined : { seqs, base: seqs, anchor: seq };
}

/** `span`: what lies from the anchor on to where one is now, both included, in place of what was spanned before. */
export function spanned(before: Selected | undefined, anchor: number, span: readonly number[]): Selected {
  const base = before?.base ?? new Set<number>();
  const seqs = new Set(base);
  for (const seq of span) {
    if (seqs.size >= maxSelected) break;
    seqs.add(seq);
  }
  return { seqs, base, anchor };
}
