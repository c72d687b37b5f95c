import { type ReactNode, useState } from 'react';
import { Button } from '../design/button.tsx';
import { CheckField, FieldForm, TextField } from '../design/field.tsx';
import { useText } from '../i18n/language.tsx';
import { InviterBanner } from '../invites/inviter-banner.tsx';
import { useInviter } from '../invites/use-inviter.ts';
import { loadShell } from '../shell/load-shell.ts';
import { formatRoute } from '../shell/route.ts';
import { useTask } from '../shell/use-task.ts';
import { AccountFrame } from './account-frame.tsx';
import styles from './accounts.module.css';
import { useAccounts } from './accounts-context.ts';
import { checkEmail, type FieldProblem } from './field-rules.ts';
import { PasswordField } from './password-field.tsx';
import { useFields } from './use-fields.ts';

const checks = {
  email: checkEmail,
  password: (password: string): FieldProblem => (password === '' ? 'field.required' : undefined),
};

/** Why one is here, said above the form. */
export type LoginNotice = keyof typeof notices;

const notices = {
  'session-ended': 'login.ended',
  'logged-out': 'login.out',
  registered: 'login.registered',
  reset: 'login.reset',
} as const;

export function LoginPage({
  email,
  notice,
  invite,
  banner,
}: {
  email: string;
  notice: LoginNotice | undefined;
  invite: string | undefined;
  banner: ReactNode;
}) {
  const { inviter } = useInviter(invite);
  const text = useText();
  const accounts = useAccounts();
  const { fields, problems, set, allGood } = useFields({ email, password: '' }, checks);
  const [stay, setStay] = useState(true);
  const { busy, failure, run } = useTask();
  const submit = () => {
    if (!allGood()) return;
    // It is on its way while gate looks at the password; whether it came is known when it is shown.
    loadShell().catch(() => {});
    void run(() => accounts.logIn({ ...fields, email: fields.email.trim(), stay }));
  };
  return (
    <AccountFrame
      title={text('login.title')}
      foot={
        <>
          {text('login.new')} <a href={formatRoute({ section: 'register' })}>{text('login.register')}</a>
        </>
      }
    >
      {inviter?.kind === 'known' && <InviterBanner inviter={inviter} />}
      {banner}
      {notice && (
        <p role="status" className={styles.notice}>
          {text(notices[notice])}
        </p>
      )}
      <FieldForm failure={failure} onSubmit={submit}>
        <TextField
          label={text('login.email')}
          name="email"
          type="email"
          autoComplete="username"
          autoFocus={email === ''}
          value={fields.email}
          onChange={set('email')}
          problem={problems.email && text(problems.email)}
        />
        <PasswordField
          label={text('login.password')}
          autoComplete="current-password"
          value={fields.password}
          onChange={set('password')}
          problem={problems.password && text(problems.password)}
        />
        <div className={styles.between}>
          <CheckField label={text('login.stay')} checked={stay} onChange={setStay} />
          <a href={formatRoute({ section: 'reset' })}>{text('login.forgot')}</a>
        </div>
        <Button type="submit" wide disabled={busy}>
          {text('login.submit')}
        </Button>
      </FieldForm>
    </AccountFrame>
  );
}
