import { useEffect, useState } from 'react';
import { navigate, type Route, useRoute } from '../shell/route.ts';
import { keepPendingInvite, readPendingInvite } from '../state/pending-invite.ts';
import { type LoginNotice, LoginPage } from './login-page.tsx';
import { RegisterPage } from './register-page.tsx';
import { ResetPage } from './reset-page.tsx';

/** What is shown while nobody is logged in. The address typed on one page is there on the next. */
export function AccountPages({ notice }: { notice: 'session-ended' | 'logged-out' | undefined }) {
  const route = useRoute();
  const { section } = route;
  const invite = useInvite(route);
  const [email, setEmail] = useState('');
  const [done, setDone] = useState<LoginNotice>();
  /** What was asked for is done, but nobody could be let in right now. */
  const goOn = (what: LoginNotice) => (address: string) => {
    setEmail(address);
    setDone(what);
    navigate({ section: 'login' });
  };
  const page =
    section === 'invite' ? 'register' : section === 'register' || section === 'reset' ? section : 'login';
  useEffect(() => {
    if (section !== page && section !== 'invite') navigate({ section: page }, { replace: true });
  }, [section, page]);
  if (page === 'register') return <RegisterPage invite={invite} onDone={goOn('registered')} />;
  if (page === 'reset') return <ResetPage email={email} onDone={goOn('reset')} />;
  return <LoginPage email={email} notice={done ?? notice} invite={invite} />;
}

/** The invite that one came by, also on the pages that one goes to from there. */
function useInvite(route: Route): string | undefined {
  const [kept, setKept] = useState(() => readPendingInvite()?.invite);
  const named = route.section === 'invite' ? route.invite : undefined;
  useEffect(() => {
    if (named === undefined) return;
    keepPendingInvite({ invite: named, agreed: false });
    setKept(named);
  }, [named]);
  return named ?? kept;
}
