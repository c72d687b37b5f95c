import { Autocomplete } from '@base-ui/react/autocomplete';
import { useMemo, useState } from 'react';
import { useLanguage, useText } from '../i18n/language.tsx';
import { type Emoji, emojiLabel, emojis } from './emoji.ts';
import { useEmojiHabits } from './emoji-habits.ts';
import styles from './emoji-picker.module.css';
import { matches } from './search.ts';
import { useWritingText } from './writing-texts.ts';

const perRow = 8;
/** Rows that are there at first, and that come when the end is near. */
const firstRows = 12;
const moreRows = 30;
/** Nearer to the end than this more come. */
const nearPx = 240;
const tones = [0, 1, 2, 3, 4, 5] as const;
const hand = '✋';

interface Item {
  /** Of an emoji that was used lately another than of the same among all. */
  key: string;
  emoji: string;
}

/** All emoji, the system's own, found by words in either language; first those that were used lately. */
export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const text = useText();
  const say = useWritingText();
  const language = useLanguage();
  const [query, setQuery] = useState('');
  const [maxRows, setMaxRows] = useState(firstRows);
  const { tone, recent, toned, choose, used } = useEmojiHabits();
  const found = useMemo(() => emojis.filter(({ words }) => matches(query, [words])), [query]);
  const itemOf = (one: Emoji): Item => ({ key: one.emoji, emoji: toned(one) });
  const before = query === '' ? recent.map((emoji) => ({ key: `recent ${emoji}`, emoji })) : [];
  const rows = [...rowsOf(before), ...rowsOf(found.slice(0, maxRows * perRow).map(itemOf))];
  const items = rows.flat();
  const more = () => {
    if (maxRows * perRow < found.length) setMaxRows(maxRows + moreRows);
  };
  const search = (wanted: string) => {
    setQuery(wanted);
    setMaxRows(firstRows);
  };
  return (
    <Autocomplete.Root
      inline
      open
      grid
      mode="none"
      autoHighlight
      items={items}
      value={query}
      onValueChange={(value, { reason }) => reason !== 'item-press' && search(value)}
      onItemHighlighted={(_, { index }) => index >= items.length - 2 * perRow && more()}
      itemToStringValue={({ emoji }: Item) => emoji}
    >
      <div className={styles.head}>
        <Autocomplete.Input
          className={styles.search}
          aria-label={text('talk.emoji.search')}
          placeholder={text('talk.emoji.search')}
        />
        <select
          className={styles.tone}
          aria-label={say('tone')}
          value={tone}
          onChange={(event) => choose(Number(event.target.value))}
        >
          {tones.map((one) => (
            <option key={one} value={one} aria-label={say(`tone.${one}`)}>
              {one === 0 ? hand : `${hand}${String.fromCodePoint(0x1f3fa + one)}`}
            </option>
          ))}
        </select>
      </div>
      <Autocomplete.Empty className={styles.empty}>
        {found.length === 0 && text('talk.emoji.none')}
      </Autocomplete.Empty>
      <Autocomplete.List
        className={styles.grid}
        aria-label={text('talk.emoji')}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          if (scrollTop + clientHeight > scrollHeight - nearPx) more();
        }}
      >
        {rows.map((row) => (
          <Autocomplete.Row key={row[0]!.key} className={styles.row}>
            {row.map((item) => (
              <Autocomplete.Item
                key={item.key}
                value={item}
                className={styles.emoji}
                aria-label={emojiLabel(item.emoji, language)}
                onClick={() => {
                  used(item.emoji);
                  onPick(item.emoji);
                }}
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

function rowsOf(items: readonly Item[]): Item[][] {
  const rows: Item[][] = [];
  for (let start = 0; start < items.length; start += perRow) rows.push(items.slice(start, start + perRow));
  return rows;
}
