import { Meter } from '@base-ui/react/meter';
import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../design/button.tsx';
import { classNames } from '../design/class-names.ts';
import { FieldLine, TextField } from '../design/field.tsx';
import { useText } from '../i18n/language.tsx';
import styles from './accounts.module.css';
import { strengthOf } from './password-strength.ts';

interface PasswordFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  problem?: string | undefined;
  autoComplete: 'current-password' | 'new-password';
  /** Words that a guesser knows of this user; with them the field shows how strong the password is. */
  known?: readonly string[];
}

/** A password that one may look at while typing, with a meter of its strength where a new one is chosen. */
export function PasswordField({ label, value, onChange, problem, autoComplete, known }: PasswordFieldProps) {
  const text = useText();
  const [shown, setShown] = useState(false);
  const Icon = shown ? EyeOff : Eye;
  return (
    <TextField
      label={label}
      name="password"
      type={shown ? 'text' : 'password'}
      autoComplete={autoComplete}
      autoCapitalize="off"
      spellCheck={false}
      value={value}
      onChange={onChange}
      problem={problem}
      within={
        <IconButton
          label={text(shown ? 'password.hide' : 'password.show')}
          aria-pressed={shown}
          onClick={() => setShown(!shown)}
        >
          <Icon size={18} aria-hidden />
        </IconButton>
      }
      below={known && <StrengthLine password={value} known={known} problem={problem} />}
    />
  );
}

function StrengthLine({
  password,
  known,
  problem,
}: {
  password: string;
  known: readonly string[];
  problem: string | undefined;
}) {
  const text = useText();
  const strength = strengthOf(password, known);
  const word = text(`password.strength.${strength}`);
  return (
    <span className={styles.strengthLine}>
      <Meter.Root
        className={styles.strength}
        value={password === '' ? 0 : strength + 1}
        max={5}
        aria-label={text('password.strength')}
        getAriaValueText={() => word}
      >
        <Meter.Track className={styles.track}>
          <Meter.Indicator className={classNames(styles.indicator, styles[`strength${strength}`])} />
        </Meter.Track>
        {password !== '' && <span className={styles.strengthWord}>{word}</span>}
      </Meter.Root>
      <FieldLine problem={problem} hint={text('password.hint')} />
    </span>
  );
}
