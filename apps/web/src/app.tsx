import { CSPProvider } from '@base-ui/react/csp-provider';
import { AccountsContext } from './accounts/accounts-context.ts';
import { LanguageProvider, type Spoken } from './i18n/language.tsx';
import { SettingsContext, useTheme } from './settings/settings-context.ts';
import { loadShell } from './shell/load-shell.ts';
import { Loading } from './shell/loading.tsx';
import { NoticeProvider } from './shell/notices.tsx';
import { lazyPart } from './shell/part.tsx';
import { useRoute } from './shell/route.ts';
import { useIdlePart } from './shell/use-idle-part.ts';
import type { Accounts } from './state/accounts.ts';
import type { Cell } from './state/observable.ts';
import type { Settings } from './state/settings.ts';
import { useCell } from './state/use-observed.ts';
import { WorkspaceContext } from './state/workspace-context.ts';

const AccountPages = lazyPart(
  async () => (await import('./accounts/account-pages.tsx')).AccountPages,
  'page',
  <Loading />,
);

const FleetPage = lazyPart(
  async () => (await import('./fleet/fleet-page.tsx')).FleetPage,
  'page',
  <Loading />,
);

const loadTips = async () => (await import('./design/tip-layer.tsx')).TipLayer;

const Shell = lazyPart(async () => (await loadShell()).Shell, 'page', <Loading />);

export function App({
  accounts,
  settings,
  spoken,
}: {
  accounts: Accounts;
  settings: Cell<Settings>;
  /** The language to begin with. */
  spoken: Spoken;
}) {
  const chosen = useCell(settings);
  useTheme(chosen);
  return (
    // Gate's Content-Security-Policy allows no style elements; base.css and the modules say what Base UI's would.
    <CSPProvider disableStyleElements>
      <SettingsContext value={settings}>
        <AccountsContext value={accounts}>
          <LanguageProvider language={chosen.language} initial={spoken}>
            <NoticeProvider>
              <Page accounts={accounts} />
              <Tips />
            </NoticeProvider>
          </LanguageProvider>
        </AccountsContext>
      </SettingsContext>
    </CSPProvider>
  );
}

function Page({ accounts }: { accounts: Accounts }) {
  const phase = useCell(accounts.phase);
  const { section } = useRoute();
  if (section === 'fleet') return <FleetPage />;
  if (phase.kind === 'restoring') return <Loading />;
  if (phase.kind === 'out') {
    return <AccountPages notice={phase.notice} />;
  }
  return (
    <WorkspaceContext value={phase.workspace} key={phase.workspace.me}>
      <Shell />
    </WorkspaceContext>
  );
}

function Tips() {
  const [TipLayer] = useIdlePart(loadTips);
  return TipLayer && <TipLayer />;
}
