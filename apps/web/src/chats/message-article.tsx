import type { CSSProperties, KeyboardEvent, MouseEvent, Ref } from 'react';
import { useActsText } from '../acts/acts-texts.ts';
import { classNames } from '../design/class-names.ts';
import hidden from '../design/unseen.module.css';
import type { RovingItem } from '../design/use-roving-list.ts';
import { labelOf } from './bubble.tsx';
import { asksToReply } from './composer-keys.ts';
import styles from './message-article.module.css';
import { type MessageRowProps, MessageRowView } from './message-row.tsx';
import type { RowKey } from './use-message-rows.ts';
import { isSelectable, type Selection } from './use-selection.ts';

interface MessageArticleProps extends Omit<MessageRowProps, 'label' | 'reachable'> {
  ref?: Ref<HTMLElement>;
  index: number;
  /** The same for the row as long as it is shown. */
  identity: RowKey;
  /** What its id begins with: of each list another. */
  within: string;
  place: RovingItem;
  /** Where it stands among how many. */
  posinset?: { at: number; of: number };
  isHighlighted: boolean;
  selection?: Selection | undefined;
  /** Selects from this row on to the one above or below. */
  onSpan?: (step: 1 | -1) => void;
  /** Undefined where one cannot. */
  onReply: ((seq: number) => void) | undefined;
  className?: string | undefined;
  style?: CSSProperties;
}

/** A row of messages as the keyboard and whoever hears the page have it, and as one that may be selected. */
export function MessageArticle({
  ref,
  index,
  identity,
  within,
  place,
  posinset,
  isHighlighted,
  selection,
  onSpan,
  onReply,
  className,
  style,
  ...shown
}: MessageArticleProps) {
  const say = useActsText();
  const { row } = shown;
  const seq = row.kind === 'stored' ? row.seq : undefined;
  const label = `${within}-${identity}`;
  const isLoaded = row.kind === 'outgoing' || row.message !== undefined;
  const isSelecting = selection?.seqs !== undefined;
  const mayBeSelected = seq !== undefined && row.kind === 'stored' && isSelectable(row.message);
  const isSelected = seq !== undefined && selection?.seqs?.has(seq) === true && mayBeSelected;
  const onKeyDown = (event: KeyboardEvent) => {
    place.onKeyDown(event);
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : undefined;
    if (selection && step !== undefined && event.shiftKey) onSpan?.(step);
    else if (selection && event.key === ' ' && mayBeSelected) {
      event.preventDefault();
      selection.toggle(seq);
    } else if (isSelecting && event.key === 'Escape') {
      event.preventDefault();
      selection.end();
    } else if (!isSelecting && seq !== undefined && onReply && asksToReply(event)) {
      event.preventDefault();
      onReply(seq);
    }
  };
  const onClickCapture = (event: MouseEvent) => {
    if (!isSelecting) return;
    // The keyboard’s clicks, which are counted by nobody, are for what has the focus.
    const isOfBox = (event.target as Element).closest('[role="checkbox"]') !== null;
    if (event.detail === 0 && !isOfBox) return;
    event.preventDefault();
    event.stopPropagation();
    if (!mayBeSelected) return;
    if (event.shiftKey) selection.span(seq, seq);
    else selection.toggle(seq);
  };
  return (
    <article
      ref={ref}
      data-index={index}
      data-seq={seq}
      data-selecting={isSelecting ? '' : undefined}
      className={classNames(
        styles.row,
        className,
        (isHighlighted || isSelected) && styles.highlighted,
        mayBeSelected && styles.selectable,
      )}
      style={style}
      aria-posinset={posinset?.at}
      aria-setsize={posinset?.of}
      aria-labelledby={isLoaded ? `${labelOf(label)}${isSelected ? ` ${label}-selected` : ''}` : undefined}
      {...place}
      onKeyDown={onKeyDown}
      onClickCapture={onClickCapture}
    >
      {isSelecting && mayBeSelected && (
        // biome-ignore lint/a11y/useSemanticElements: the whole row is pressed, and has the keys
        <span
          role="checkbox"
          tabIndex={-1}
          aria-checked={isSelected}
          aria-labelledby={labelOf(label)}
          className={styles.box}
        />
      )}
      {isSelected && (
        <span id={`${label}-selected`} className={hidden.unseen}>
          {say('select.selected')}
        </span>
      )}
      <MessageRowView {...shown} label={label} reachable={place.tabIndex === 0 && !isSelecting} />
    </article>
  );
}
