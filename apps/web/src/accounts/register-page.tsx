import { BerthError } from '@berth/client';
import type { ReactNode } from 'react';
import { Button } from '../design/button.tsx';
import { FieldForm, TextField } from '../design/field.tsx';
import { useText } from '../i18n/language.tsx';
import { InviterBanner } from '../invites/inviter-banner.tsx';
import { useInviter } from '../invites/use-inviter.ts';
import { loadShell } from '../shell/load-shell.ts';
import { formatRoute, navigate } from '../shell/route.ts';
import { useTask } from '../shell/use-task.ts';
import { keepPendingInvite } from '../state/pending-invite.ts';
import { AccountFrame } from './account-frame.tsx';
import { useAccounts } from './accounts-context.ts';
import { CodeField } from './code-field.tsx';
import { checkCode, checkEmail, checkName, checkPassword } from './field-rules.ts';
import { PasswordField } from './password-field.tsx';
import { useFields } from './use-fields.ts';

const checks = { email: checkEmail, name: checkName, code: checkCode, password: checkPassword };

export function RegisterPage({
  invite,
  banner,
  onDone,
}: {
  /** By which one came here. */
  invite: string | undefined;
  /** And what else is said above the form. */
  banner: ReactNode;
  onDone: (email: string) => void;
}) {
  const text = useText();
  const accounts = useAccounts();
  const { fields, problems, set, allGood, forget, refuse } = useFields(
    { email: '', name: '', code: '', password: '' },
    checks,
  );
  const { inviter, refuse: refuseInvite } = useInviter(invite);
  const { busy, failure, run } = useTask();

  const submit = async () => {
    if (!allGood()) return;
    const email = fields.email.trim();
    const body = { ...fields, email, name: fields.name.trim(), code: fields.code.trim() };
    // It is on its way while gate makes the account.
    loadShell().catch(() => {});
    // An invite that is no longer good keeps nobody out.
    const by = inviter?.kind === 'known' && invite !== undefined ? { invite } : undefined;
    // Once one is in, the address no longer leads to the invite by itself.
    if (invite !== undefined) navigate({ section: 'register' }, { replace: true });
    if (by) keepPendingInvite({ ...by, agreed: true });
    else keepPendingInvite(undefined);
    await run(
      async () => {
        if (!(await accounts.register({ ...body, ...by }))) onDone(email);
      },
      (error) => {
        if (by) keepPendingInvite({ ...by, agreed: false });
        if (by && error instanceof BerthError && error.code.startsWith('invite_')) {
          refuseInvite(error);
          return true;
        }
        return refuse(error);
      },
    );
  };

  return (
    <AccountFrame
      title={text('register.title')}
      foot={
        <>
          {text('register.have')} <a href={formatRoute({ section: 'login' })}>{text('register.login')}</a>
        </>
      }
    >
      {inviter && <InviterBanner inviter={inviter} />}
      {banner}
      <FieldForm failure={failure} onSubmit={submit}>
        <TextField
          label={text('login.email')}
          name="email"
          type="email"
          autoComplete="email"
          autoFocus
          value={fields.email}
          onChange={set('email')}
          problem={problems.email && text(problems.email)}
        />
        <CodeField
          email={fields.email}
          purpose="register"
          value={fields.code}
          onChange={set('code')}
          onSent={() => forget('code')}
          problem={problems.code && text(problems.code)}
        />
        <TextField
          label={text('register.name')}
          name="name"
          autoComplete="username"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={64}
          value={fields.name}
          onChange={set('name')}
          problem={problems.name && text(problems.name)}
          hint={text('register.name.hint')}
        />
        <PasswordField
          label={text('register.password')}
          autoComplete="new-password"
          known={[fields.name, fields.email.split('@')[0]!]}
          value={fields.password}
          onChange={set('password')}
          problem={problems.password && text(problems.password)}
        />
        <Button type="submit" wide disabled={busy}>
          {text('register.submit')}
        </Button>
      </FieldForm>
    </AccountFrame>
  );
}
