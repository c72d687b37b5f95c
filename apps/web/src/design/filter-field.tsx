import { Search } from 'lucide-react';
import styles from './filter-field.module.css';
import room from './room.module.css';

/** Narrows the list below it to what the words find; its label stands in it. */
export function FilterField({
  label,
  value,
  onChange,
  maxLength,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  maxLength?: number;
}) {
  return (
    <div className={styles.filter}>
      <Search size={16} aria-hidden />
      <input
        type="search"
        className={room.searchInput}
        aria-label={label}
        placeholder={label}
        value={value}
        maxLength={maxLength}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
