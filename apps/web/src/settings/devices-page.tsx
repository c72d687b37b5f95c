import type { SessionEntry } from '@berth/client';
import { Monitor, Smartphone } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { Button } from '../design/button.tsx';
import { SkeletonList } from '../design/skeleton.tsx';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { useNow } from '../shell/use-now.ts';
import { useTask } from '../shell/use-task.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './settings.module.css';
import { SettingsFrame } from './settings-frame.tsx';

/** What is looked at is read again this often. */
const renewMs = 30_000;

/** Wherever this user is logged in; any of it can be ended. */
export function DevicesPage() {
  const text = useText();
  const { client } = useWorkspace();
  const [sessions, setSessions] = useState<readonly SessionEntry[]>();
  const [live, setLive] = useState<ReadonlySet<string>>(new Set());
  const { failure, run } = useTask();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `run` is another function at each rendering
  const load = useCallback(() => {
    void run(async () => setSessions(await client.listSessions()));
    // Nothing is said of them where that cannot be had.
    void client.request('liveSessions', {}).then(
      ({ sessions }) => setLive(new Set(sessions)),
      () => {},
    );
  }, [client]);
  useEffect(load, [load]);
  useEffect(() => {
    const timer = setInterval(load, renewMs);
    return () => clearInterval(timer);
  }, [load]);
  const sorted = sessions?.toSorted(
    (one, other) => Number(other.current) - Number(one.current) || other.lastSeenAt - one.lastSeenAt,
  );
  return (
    <SettingsFrame title={text('settings.devices')}>
      <p className={styles.soft}>{text('settings.devices.text')}</p>
      <section className={styles.block} aria-busy={!sessions && !failure}>
        {!sessions && !failure && <SkeletonList rows={2} />}
        {failure && (
          <p role="alert" className={styles.failure}>
            {text('settings.devices.failed')} {failure}
            <Button look="quiet" small onClick={load}>
              {text('action.retry')}
            </Button>
          </p>
        )}
        <ul>
          {sorted?.map((session) => (
            <SessionRow
              key={session.id}
              session={session}
              isLive={session.current || live.has(session.id)}
              onEnded={load}
            />
          ))}
        </ul>
      </section>
    </SettingsFrame>
  );
}

function SessionRow({
  session,
  isLive,
  onEnded,
}: {
  session: SessionEntry;
  isLive: boolean;
  onEnded: () => void;
}) {
  const text = useText();
  const formats = useFormats();
  const notice = useNotice();
  const now = useNow(60_000);
  const { client } = useWorkspace();
  const device = session.deviceName || session.platform || session.deviceClass;
  const Icon =
    /android|ios/i.test(session.platform) || session.deviceClass === 'phone' ? Smartphone : Monitor;
  const end = async () => {
    try {
      await client.endSession(session.id);
      onEnded();
    } catch (error) {
      notice(errorText(error, text, formats), 'failure');
    }
  };
  return (
    <li className={styles.session}>
      <Icon size={24} strokeWidth={1.6} aria-hidden />
      <div className={styles.choiceName}>
        <bdi className={styles.device}>{device}</bdi>
        <span className={styles.soft}>
          {session.current
            ? text('settings.devices.current')
            : isLive
              ? text('settings.devices.live')
              : text('settings.devices.seen', { time: formats.brief(session.lastSeenAt, now) })}
          {' · '}
          {text('settings.devices.since', { time: formats.brief(session.createdAt, now) })}
        </span>
      </div>
      {!session.current && (
        <Button
          look="plainDanger"
          small
          onClick={end}
          aria-label={text('settings.devices.end.of', { device })}
        >
          {text('settings.devices.end')}
        </Button>
      )}
    </li>
  );
}
