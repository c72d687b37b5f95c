import { Ban, Bell, LogOut, MonitorSmartphone, Palette, UserRound } from 'lucide-react';
import { useState } from 'react';
import { classNames } from '../design/class-names.ts';
import { Confirm } from '../design/dialog.tsx';
import room from '../design/room.module.css';
import { Room } from '../design/room.tsx';
import { useWide } from '../design/use-wide.ts';
import { useText } from '../i18n/language.tsx';
import { formatRoute, type SettingsPage, settingsPages } from '../shell/route.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { AppearancePage } from './appearance-page.tsx';
import { BlockedPage } from './blocked-page.tsx';
import { DevicesPage } from './devices-page.tsx';
import { NotificationsPage } from './notifications-page.tsx';
import { ProfilePage } from './profile-page.tsx';
import styles from './settings.module.css';

const pages = {
  profile: { icon: UserRound, Page: ProfilePage },
  appearance: { icon: Palette, Page: AppearancePage },
  notifications: { icon: Bell, Page: NotificationsPage },
  devices: { icon: MonitorSmartphone, Page: DevicesPage },
  blocked: { icon: Ban, Page: BlockedPage },
} as const satisfies Record<SettingsPage, unknown>;

/** What there is to set, and beside it the page that was chosen; where there is room for both, the profile to begin with. */
export function SettingsRoom({ page }: { page: SettingsPage | undefined }) {
  const text = useText();
  const wide = useWide();
  const shown = page ?? (wide ? 'profile' : undefined);
  const Chosen = shown && pages[shown].Page;
  return (
    <Room title={text('settings.title')} column={<SettingsList page={shown} />} deep={page !== undefined}>
      {Chosen && <Chosen />}
    </Room>
  );
}

/** The pages, and the way out. */
function SettingsList({ page }: { page: SettingsPage | undefined }) {
  const text = useText();
  const workspace = useWorkspace();
  const [leaving, setLeaving] = useState(false);
  return (
    <section className={room.column} aria-label={text('settings.title')}>
      <header className={room.head}>
        <h1 className={room.title}>{text('settings.title')}</h1>
      </header>
      <ul className={styles.list}>
        {settingsPages.map((name) => {
          const Icon = pages[name].icon;
          return (
            <li key={name}>
              <a
                href={formatRoute({ section: 'settings', page: name })}
                className={classNames(styles.link, name === page && styles.current)}
                aria-current={name === page ? 'page' : undefined}
              >
                <Icon size={20} aria-hidden />
                {text(`settings.${name}`)}
              </a>
            </li>
          );
        })}
      </ul>
      <button
        type="button"
        className={classNames(styles.link, styles.leave)}
        onClick={() => setLeaving(true)}
      >
        <LogOut size={20} aria-hidden />
        {text('settings.logout')}
      </button>
      <Confirm
        open={leaving}
        onClose={() => setLeaving(false)}
        title={text('settings.logout.title')}
        confirm={text('settings.logout')}
        onConfirm={() => void workspace.logOut()}
      >
        {text('settings.logout.text')}
      </Confirm>
    </section>
  );
}
