import { classNames } from './class-names.ts';
import line from './line-box.module.css';
import styles from './select-field.module.css';

/** One of a few, each by its words. */
export function SelectField<T extends string | number>({
  label,
  value,
  choices,
  onChange,
  say,
  className,
}: {
  label: string;
  value: T;
  choices: readonly T[];
  onChange: (value: T) => void;
  say: (value: T) => string;
  className?: string | undefined;
}) {
  return (
    <label className={classNames(styles.field, className)}>
      <span className={styles.name}>{label}</span>
      <select
        className={line.box}
        value={value}
        onChange={(event) => onChange(choices[event.currentTarget.selectedIndex]!)}
      >
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {say(choice)}
          </option>
        ))}
      </select>
    </label>
  );
}
