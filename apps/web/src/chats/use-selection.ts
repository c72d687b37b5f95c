import type { Message } from '@berth/wire';
import { useState } from 'react';
import { useActsText } from '../acts/acts-texts.ts';
import { useNotice } from '../shell/notices.tsx';
import { maxSelected, type Selected, spanned, toggled } from '../state/selected.ts';
import type { Timeline } from '../state/timeline.ts';

/** Messages that are selected, so that something is done with all of them. */
export interface Selection {
  /** Undefined: nothing is being selected. */
  seqs: ReadonlySet<number> | undefined;
  toggle(seq: number): void;
  /** Selects all from the message that was chosen last, or from `from` when none was, to another. */
  span(to: number, from: number): void;
  end(): void;
}

/** What is said, and was not taken back. */
export const isSelectable = (message: Message | undefined): message is Message =>
  message !== undefined && message.kind === undefined && message.recalledBy === undefined;

export function useSelection(timeline: Timeline): Selection {
  const say = useActsText();
  const notice = useNotice();
  const [selected, setSelected] = useState<Selected>();
  const tellIfFull = (next: Selected | undefined, wanted: number) => {
    if (next && !next.seqs.has(wanted) && next.seqs.size >= maxSelected)
      notice(say('select.most', { count: maxSelected }), 'failure');
  };
  return {
    seqs: selected?.seqs,
    toggle: (seq) => {
      const next = toggled(selected, seq);
      if (!selected?.seqs.has(seq)) tellIfFull(next, seq);
      setSelected(next);
    },
    span: (to, from) => {
      const anchor = selected?.anchor ?? from;
      const next = spanned(selected, anchor, seqsBetween(timeline, anchor, to));
      if (isSelectable(timeline.get(to))) tellIfFull(next, to);
      setSelected(next.seqs.size === 0 ? undefined : next);
    },
    end: () => setSelected(undefined),
  };
}

/** From one to the other, in that order, those that are here; no more than can be selected. */
function seqsBetween(timeline: Timeline, from: number, to: number): number[] {
  const step = from <= to ? 1 : -1;
  const last = timeline.indexOf(to);
  const found: number[] = [];
  for (let index = timeline.indexOf(from); step * (last - index) >= 0; index += step) {
    const message = timeline.get(timeline.seqAt(index));
    if (isSelectable(message)) found.push(message.seq);
    if (found.length > maxSelected) break;
  }
  return found;
}
