import { Switch } from '@base-ui/react/switch';
import styles from './settings.module.css';

/** Something that is on or off. */
export function SwitchRow({
  label,
  hint,
  checked,
  onChange,
}: {
  label: string;
  hint: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the switch inside is the control
    <label className={styles.switchRow}>
      <span className={styles.choiceName}>
        {label}
        <span className={styles.soft}>{hint}</span>
      </span>
      <Switch.Root className={styles.switch} checked={checked} onCheckedChange={onChange}>
        <Switch.Thumb className={styles.thumb} />
      </Switch.Root>
    </label>
  );
}
