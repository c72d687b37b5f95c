import hidden from '../design/unseen.module.css';
import { useText } from '../i18n/language.tsx';
import styles from './filter-bar.module.css';
import { type Filter, filters } from './list-filter.ts';

/** Which conversations the list shows; one stop for Tab, arrow keys within. */
export function FilterBar({
  filter,
  counts,
  onChange,
}: {
  filter: Filter;
  counts: Readonly<Record<Filter, number>>;
  onChange: (filter: Filter) => void;
}) {
  const text = useText();
  // What there is none of takes no room, unless one looks at it.
  const passing: readonly Filter[] = ['mentions', 'archive'];
  const shown = filters.filter((one) => !passing.includes(one) || counts[one] > 0 || one === filter);
  return (
    <fieldset className={styles.bar}>
      <legend className={hidden.unseen}>{text('chats.filter')}</legend>
      {shown.map((one) => (
        <label key={one} className={styles.choice}>
          <input
            type="radio"
            name="chats-filter"
            className={hidden.unseen}
            checked={one === filter}
            onChange={() => onChange(one)}
          />
          {text(`chats.filter.${one}`)}
          {counts[one] > 0 && <span className={styles.count}>{counts[one]}</span>}
        </label>
      ))}
    </fieldset>
  );
}
