import { useEffect, useState } from 'react';
import { lazyPart } from '../shell/part.tsx';
import { navigate, type Route, useRoute } from '../shell/route.ts';
import { keepPendingInvite, readPendingInvite } from '../state/pending-invite.ts';
import { keepPendingJoin, readPendingJoin } from '../state/pending-join.ts';
import { type LoginNotice, LoginPage } from './login-page.tsx';
import { RegisterPage } from './register-page.tsx';
import { ResetPage } from './reset-page.tsx';

const JoinBanner = lazyPart(async () => (await import('../groups/join-banner.tsx')).JoinBanner, 'within');

/** What is shown while nobody is logged in. The address typed on one page is there on the next. */
export function AccountPages({ notice }: { notice: 'session-ended' | 'logged-out' | undefined }) {
  const route = useRoute();
  const { section } = route;
  const invite = useInvite(route);
  const join = useJoin(route);
  const [email, setEmail] = useState('');
  const [done, setDone] = useState<LoginNotice>();
  /** What was asked for is done, but nobody could be let in right now. */
  const goOn = (what: LoginNotice) => (address: string) => {
    setEmail(address);
    setDone(what);
    navigate({ section: 'login' });
  };
  const page =
    section === 'invite' || section === 'join'
      ? 'register'
      : section === 'register' || section === 'reset'
        ? section
        : 'login';
  useEffect(() => {
    if (section !== page && section !== 'invite' && section !== 'join')
      navigate({ section: page }, { replace: true });
  }, [section, page]);
  const banner = join === undefined ? undefined : <JoinBanner link={join} />;
  if (page === 'register')
    return <RegisterPage invite={invite} banner={banner} onDone={goOn('registered')} />;
  if (page === 'reset') return <ResetPage email={email} onDone={goOn('reset')} />;
  return <LoginPage email={email} notice={done ?? notice} invite={invite} banner={banner} />;
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

/** The same of the link of a group. */
function useJoin(route: Route): string | undefined {
  const [kept, setKept] = useState(readPendingJoin);
  const named = route.section === 'join' ? route.link : undefined;
  useEffect(() => {
    if (named === undefined) return;
    keepPendingJoin(named);
    setKept(named);
  }, [named]);
  return named ?? kept;
}
