import { useEffect, useState } from 'react';
import { navigate, useRoute } from '../shell/route.ts';
import { type LoginNotice, LoginPage } from './login-page.tsx';
import { RegisterPage } from './register-page.tsx';
import { ResetPage } from './reset-page.tsx';

/** What is shown while nobody is logged in. The address typed on one page is there on the next. */
export function AccountPages({ notice }: { notice: 'session-ended' | 'logged-out' | undefined }) {
  const { section } = useRoute();
  const [email, setEmail] = useState('');
  const [done, setDone] = useState<LoginNotice>();
  /** What was asked for is done, but nobody could be let in right now. */
  const goOn = (what: LoginNotice) => (address: string) => {
    setEmail(address);
    setDone(what);
    navigate({ section: 'login' });
  };
  const page = section === 'register' || section === 'reset' ? section : 'login';
  useEffect(() => {
    if (section !== page) navigate({ section: page }, { replace: true });
  }, [section, page]);
  if (page === 'register') return <RegisterPage onDone={goOn('registered')} />;
  if (page === 'reset') return <ResetPage email={email} onDone={goOn('reset')} />;
  return <LoginPage email={email} notice={done ?? notice} />;
}
