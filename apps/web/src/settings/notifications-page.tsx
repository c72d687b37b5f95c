import { useState } from 'react';
import { useText } from '../i18n/language.tsx';
import { playTone } from '../shell/tone.ts';
import styles from './settings.module.css';
import { useSettings } from './settings-context.ts';
import { SettingsFrame } from './settings-frame.tsx';
import { SwitchRow } from './switch-row.tsx';

/** How one is told of what comes while one looks elsewhere. */
export function NotificationsPage() {
  const text = useText();
  const [settings, change] = useSettings();
  const [denied, setDenied] = useState('Notification' in window && Notification.permission === 'denied');
  const allow = async (wanted: boolean) => {
    const permission =
      wanted && 'Notification' in window ? await Notification.requestPermission() : 'default';
    setDenied(wanted && permission === 'denied');
    change({ notifications: wanted && permission === 'granted' });
  };
  return (
    <SettingsFrame title={text('settings.notifications')}>
      <section className={styles.block}>
        <SwitchRow
          label={text('settings.notify')}
          hint={text(denied ? 'settings.notify.denied' : 'settings.notify.hint')}
          checked={settings.notifications && !denied}
          onChange={(wanted) => void allow(wanted)}
        />
        <SwitchRow
          label={text('settings.sound')}
          hint={text('settings.sound.hint')}
          checked={settings.sound}
          onChange={(sound) => {
            change({ sound });
            if (sound) playTone();
          }}
        />
      </section>
    </SettingsFrame>
  );
}
