import { Autocomplete } from '@base-ui/react/autocomplete';
import { useMemo, useState } from 'react';
import { useText } from '../i18n/language.tsx';
import { type Emoji, emojis } from './emoji.ts';
import styles from './emoji-picker.module.css';
import { matches } from './search.ts';

const perRow = 8;

/** A small set of the system's own emoji, found by words in either language. */
export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const text = useText();
  const [query, setQuery] = useState('');
  const found = useMemo(() => emojis.filter(({ words }) => matches(query, [words])), [query]);
  const rows: Emoji[][] = [];
  for (let start = 0; start < found.length; start += perRow) rows.push(found.slice(start, start + perRow));
  return (
    <Autocomplete.Root
      inline
      open
      grid
      mode="none"
      autoHighlight
      items={found}
      value={query}
      onValueChange={(value, { reason }) => reason !== 'item-press' && setQuery(value)}
      itemToStringValue={({ emoji }: Emoji) => emoji}
    >
      <Autocomplete.Input
        className={styles.search}
        aria-label={text('talk.emoji.search')}
        placeholder={text('talk.emoji.search')}
      />
      <Autocomplete.Empty className={styles.empty}>
        {found.length === 0 && text('talk.emoji.none')}
      </Autocomplete.Empty>
      <Autocomplete.List className={styles.grid} aria-label={text('talk.emoji')}>
        {rows.map((row) => (
          <Autocomplete.Row key={row[0]!.emoji} className={styles.row}>
            {row.map((item) => (
              <Autocomplete.Item
                key={item.emoji}
                value={item}
                className={styles.emoji}
                onClick={() => onPick(item.emoji)}
              >
                {item.emoji}
              </Autocomplete.Item>
            ))}
          </Autocomplete.Row>
        ))}
      </Autocomplete.List>
    </Autocomplete.Root>
  );
}
