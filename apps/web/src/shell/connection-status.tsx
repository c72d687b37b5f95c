import type { ConnectionState } from '@berth/client';
import { CloudOff, RefreshCw, Unplug, Wifi } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../design/button.tsx';
import { classNames } from '../design/class-names.ts';
import hidden from '../design/unseen.module.css';
import { useFormats, useText } from '../i18n/language.tsx';
import { useCell } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './connection-status.module.css';
import { useElapsed } from './use-now.ts';

/** A connection made within this is not worth a word. */
const patienceMs = 800;
const backShownMs = 4_000;

/** How the connection is, said quietly, moving nothing and never in the way; nothing while all is well. */
export function ConnectionStatus({ deep }: { deep: boolean }) {
  const text = useText();
  const formats = useFormats();
  const { connection, client } = useWorkspace();
  const state = useCell(connection);
  const shown = useShown(state);
  const now = useElapsed(500, shown?.kind === 'offline');
  return (
    <div
      className={classNames(styles.place, deep && styles.deep)}
      role="status"
      data-connection={state.kind}
      data-node={state.kind === 'online' ? state.node : undefined}
    >
      {shown?.kind === 'connecting' && (
        <p className={styles.line}>
          <RefreshCw size={16} className={styles.turning} aria-hidden />
          {text('connection.connecting')}
        </p>
      )}
      {shown?.kind === 'offline' && (
        <p className={classNames(styles.line, styles.away)}>
          <CloudOff size={16} aria-hidden />
          <span className={hidden.unseen}>{text('connection.offline')}</span>
          <span aria-hidden>
            {text('connection.retry', { time: formats.countdown(shown.retryAt - now) })}
          </span>
          <Button look="plain" small onClick={() => client.wake()}>
            {text('connection.now')}
          </Button>
        </p>
      )}
      {shown?.kind === 'online' && (
        <p className={styles.line}>
          <Wifi size={16} aria-hidden />
          {text('connection.back')}
        </p>
      )}
      {shown?.kind === 'kicked' && (
        <p className={classNames(styles.line, styles.away)}>
          <Unplug size={16} aria-hidden />
          {text('connection.kicked')}
          <Button look="plain" small onClick={() => client.connect()}>
            {text('kicked.here')}
          </Button>
        </p>
      )}
    </div>
  );
}

/** The state that is worth showing: not a connection that is made at once; being back for a moment, after an absence that was shown. */
function useShown(state: ConnectionState): ConnectionState | undefined {
  const [shown, setShown] = useState<ConnectionState>();
  useEffect(() => {
    if (state.kind === 'connecting' && state.attempt === 0) {
      const timer = setTimeout(() => setShown(state), patienceMs);
      return () => clearTimeout(timer);
    }
    if (state.kind === 'online') {
      setShown((before) => (before === undefined ? undefined : state));
      const timer = setTimeout(() => setShown(undefined), backShownMs);
      return () => clearTimeout(timer);
    }
    setShown(state.kind === 'idle' || state.kind === 'ended' ? undefined : state);
  }, [state]);
  return shown;
}
