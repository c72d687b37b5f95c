import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import type { LucideIcon } from 'lucide-react';
import { useId } from 'react';
import styles from './settings.module.css';

/** One of a few. */
export function ChoiceGroup<T extends string>({
  label,
  value,
  onChange,
  choices,
}: {
  label: string;
  value: T;
  onChange: (value: T) => void;
  choices: readonly { value: T; label: string; icon?: LucideIcon }[];
}) {
  const id = useId();
  return (
    <section className={styles.block}>
      <h3 className={styles.heading} id={id}>
        {label}
      </h3>
      <RadioGroup
        aria-labelledby={id}
        className={styles.choices}
        value={value}
        onValueChange={(next) => onChange(next as T)}
      >
        {choices.map(({ value: choice, label: name, icon: Icon }) => (
          // biome-ignore lint/a11y/noLabelWithoutControl: the radio inside is the control
          <label key={choice} className={styles.choice}>
            {Icon && <Icon size={20} aria-hidden />}
            <span className={styles.choiceName}>{name}</span>
            <Radio.Root value={choice} className={styles.radio}>
              <Radio.Indicator className={styles.radioDot} />
            </Radio.Root>
          </label>
        ))}
      </RadioGroup>
    </section>
  );
}
