import { Button } from '../design/button.tsx';
import { FieldForm, TextField } from '../design/field.tsx';
import { useText } from '../i18n/language.tsx';
import { loadShell } from '../shell/load-shell.ts';
import { formatRoute } from '../shell/route.ts';
import { useTask } from '../shell/use-task.ts';
import { AccountFrame } from './account-frame.tsx';
import { useAccounts } from './accounts-context.ts';
import { CodeField } from './code-field.tsx';
import { checkCode, checkEmail, checkPassword } from './field-rules.ts';
import { PasswordField } from './password-field.tsx';
import { useFields } from './use-fields.ts';

const checks = { email: checkEmail, code: checkCode, password: checkPassword };

export function ResetPage({ email, onDone }: { email: string; onDone: (email: string) => void }) {
  const text = useText();
  const accounts = useAccounts();
  const { fields, problems, set, allGood, forget, refuse } = useFields(
    { email, code: '', password: '' },
    checks,
  );
  const { busy, failure, run } = useTask();

  const submit = async () => {
    if (!allGood()) return;
    const body = { ...fields, email: fields.email.trim() };
    loadShell().catch(() => {});
    await run(async () => {
      if (!(await accounts.resetPassword(body))) onDone(body.email);
    }, refuse);
  };

  return (
    <AccountFrame
      title={text('reset.title')}
      text={text('reset.text')}
      foot={
        <>
          {text('reset.remembered')} <a href={formatRoute({ section: 'login' })}>{text('register.login')}</a>
        </>
      }
    >
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
        <CodeField
          email={fields.email}
          purpose="reset"
          value={fields.code}
          onChange={set('code')}
          onSent={() => forget('code')}
          problem={problems.code && text(problems.code)}
        />
        <PasswordField
          label={text('reset.password')}
          autoComplete="new-password"
          known={[fields.email.split('@')[0]!]}
          value={fields.password}
          onChange={set('password')}
          problem={problems.password && text(problems.password)}
        />
        <Button type="submit" wide disabled={busy}>
          {text('reset.submit')}
        </Button>
      </FieldForm>
    </AccountFrame>
  );
}
