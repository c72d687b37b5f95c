import { Checkbox } from '@base-ui/react/checkbox';
import { Field } from '@base-ui/react/field';
import { Check } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './field.module.css';

type ControlProps = Omit<ComponentProps<typeof Field.Control>, 'className' | 'onValueChange' | 'onChange'>;

interface TextFieldProps extends ControlProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What is wrong, in words; nothing when all is well. */
  problem?: string | undefined;
  hint?: ReactNode;
  /** A button inside the field. */
  within?: ReactNode;
  /** A button beside the field. */
  beside?: ReactNode;
  /** In place of the line below. */
  below?: ReactNode;
  rows?: number;
}

/** A labelled text field with a line for its message or its hint. */
export function TextField({
  label,
  value,
  onChange,
  problem,
  hint,
  within,
  beside,
  below,
  rows,
  ...control
}: TextFieldProps) {
  return (
    <Field.Root className={styles.field} invalid={problem !== undefined}>
      <Field.Label className={styles.label}>{label}</Field.Label>
      <span className={styles.row}>
        <span className={styles.box}>
          <Field.Control
            {...control}
            {...(rows !== undefined && { render: <textarea rows={rows} /> })}
            className={styles.control}
            value={value}
            onValueChange={onChange}
          />
          {within && <span className={styles.within}>{within}</span>}
        </span>
        {beside}
      </span>
      {below ?? (
        <span className={styles.below}>
          <Field.Error match className={styles.problem}>
            {problem}
          </Field.Error>
          {problem === undefined && hint && (
            <Field.Description className={styles.hint}>{hint}</Field.Description>
          )}
        </span>
      )}
    </Field.Root>
  );
}

/** The line below a field, for fields that put more there. */
export function FieldLine({ problem, hint }: { problem?: string | undefined; hint?: string | undefined }) {
  return (
    <span className={styles.below}>
      <Field.Error match className={styles.problem}>
        {problem}
      </Field.Error>
      {problem === undefined && hint && <Field.Description className={styles.hint}>{hint}</Field.Description>}
    </span>
  );
}

export function CheckField({
  label,
  checked,
  onChange,
  className,
}: {
  label: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  className?: string | undefined;
}) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox inside is the control
    <label className={classNames(styles.check, className)}>
      <Checkbox.Root className={styles.checkbox} checked={checked} onCheckedChange={onChange}>
        <Checkbox.Indicator>
          <Check size={14} strokeWidth={3} aria-hidden />
        </Checkbox.Indicator>
      </Checkbox.Root>
      {label}
    </label>
  );
}

/** A form that submits by Enter, with what went wrong as a whole above its button. */
export function FieldForm({
  children,
  failure,
  onSubmit,
  className,
}: {
  children: ReactNode;
  failure?: string | undefined;
  onSubmit: () => void;
  className?: string | undefined;
}) {
  return (
    <form
      className={classNames(styles.form, className)}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {failure && (
        <p role="alert" className={styles.failure}>
          {failure}
        </p>
      )}
      {children}
    </form>
  );
}
