import { BerthError } from '@berth/client';
import { ClipboardPaste } from 'lucide-react';
import { useRef, useState } from 'react';
import { Button, IconButton } from '../design/button.tsx';
import { TextField } from '../design/field.tsx';
import { useFormats, useLanguage, useText } from '../i18n/language.tsx';
import { useElapsed } from '../shell/use-now.ts';
import { useTask } from '../shell/use-task.ts';
import styles from './accounts.module.css';
import { useAccounts } from './accounts-context.ts';
import { codeIn } from './code-in.ts';
import { checkEmail } from './field-rules.ts';
import { useCopiedCode } from './use-copied-code.ts';
import { usePlatform } from './use-platform.ts';

/** The code from the mail, with the button that asks for it: it counts down until it may be asked for again. */
export function CodeField({
  email,
  purpose,
  value,
  onChange,
  onSent,
  problem,
}: {
  email: string;
  purpose: 'register' | 'reset';
  value: string;
  onChange: (value: string) => void;
  /** A new code is on its way. */
  onSent: () => void;
  problem?: string | undefined;
}) {
  const text = useText();
  const formats = useFormats();
  const language = useLanguage();
  const accounts = useAccounts();
  const input = useRef<HTMLInputElement>(null);
  const { busy, failure, run } = useTask();
  const [reason, setReason] = useState<string>();
  const [sent, setSent] = useState<string>();
  const [againAt, setAgainAt] = useState(0);
  const mailboxUrl = usePlatform()?.mailboxUrl;
  const paste = useCopiedCode(sent !== undefined && value === '', onChange);
  const waiting = againAt > useElapsed(250, againAt > performance.now());

  const send = async () => {
    setReason(undefined);
    if (checkEmail(email)) {
      setReason(text('code.needsEmail'));
      return;
    }
    await run(
      async () => {
        const { resendAfterMs, expiresInMs } = await accounts.sendCode({
          email: email.trim(),
          purpose,
          locale: language,
        });
        setAgainAt(performance.now() + resendAfterMs);
        setSent(text('code.sent', { email: email.trim(), minutes: Math.round(expiresInMs / 60_000) }));
        if (problem) onChange('');
        onSent();
        input.current?.focus();
      },
      (error) => {
        if (error instanceof BerthError && error.retryAfterMs !== undefined) {
          setAgainAt(performance.now() + error.retryAfterMs);
        }
        return false;
      },
    );
  };

  return (
    <TextField
      ref={input}
      label={text('register.code')}
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      maxLength={6}
      value={value}
      onChange={(next) => onChange(next.replace(/\D/g, ''))}
      problem={reason ?? failure ?? problem}
      onPaste={(event) => {
        const code = codeIn(event.clipboardData.getData('text'));
        if (code === undefined) return;
        event.preventDefault();
        onChange(code);
      }}
      hint={
        (sent || mailboxUrl) && (
          <>
            {sent}{' '}
            {mailboxUrl && (
              <a href={mailboxUrl} target="_blank" rel="noreferrer">
                {text('code.mailbox')}
              </a>
            )}
          </>
        )
      }
      within={
        paste &&
        sent !== undefined &&
        value === '' && (
          <IconButton label={text('code.paste')} onClick={() => void paste()}>
            <ClipboardPaste size={18} aria-hidden />
          </IconButton>
        )
      }
      beside={
        <Button look="quiet" className={styles.codeButton} disabled={busy || waiting} onClick={send}>
          {busy
            ? text('code.sending')
            : waiting
              ? text('code.again', { time: formats.countdown(againAt - performance.now()) })
              : text('code.send')}
        </Button>
      }
    />
  );
}
