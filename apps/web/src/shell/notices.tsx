import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';
import { classNames } from '../design/class-names.ts';
import { useText } from '../i18n/language.tsx';
import { type Notice, type NoticeAction, NoticeDesk } from '../state/notice-desk.ts';
import { useObserved } from '../state/use-observed.ts';
import styles from './notices.module.css';
import { useIdlePart } from './use-idle-part.ts';

export const NoticeContext = createContext<NoticeDesk | undefined>(undefined);

const loadLayer = async () => (await import('./notice-layer.tsx')).NoticeLayer;

/** Lets everything below say short notices, which go by themselves. */
export function NoticeProvider({ children }: { children: ReactNode }) {
  const [desk] = useState(() => new NoticeDesk());
  return (
    <NoticeContext value={desk}>
      {children}
      <Notices desk={desk} />
    </NoticeContext>
  );
}

function Notices({ desk }: { desk: NoticeDesk }) {
  const waiting = useObserved(desk, ({ waiting }) => waiting);
  const [Layer, ask] = useIdlePart(loadLayer);
  useEffect(() => {
    if (waiting.length > 0) ask();
  }, [waiting, ask]);
  if (Layer) return <Layer desk={desk} />;
  return <PlainNotices desk={desk} notices={waiting} />;
}

/** What is said before the layer is there that shows it properly, or when that cannot be had. */
function PlainNotices({ desk, notices }: { desk: NoticeDesk; notices: readonly Notice[] }) {
  const text = useText();
  return (
    <section className={styles.viewport} aria-label={text('toast.label')} aria-live="polite">
      {notices.map((notice) => (
        <div
          key={notice.key}
          className={classNames(styles.notice, notice.kind === 'failure' && styles.failure)}
        >
          <div className={styles.content}>
            <p className={styles.title}>{notice.title}</p>
            {notice.action && (
              <button
                type="button"
                className={styles.action}
                onClick={() => {
                  notice.action!.run();
                  desk.withdraw(notice.key);
                }}
              >
                {notice.action.label}
              </button>
            )}
          </div>
        </div>
      ))}
    </section>
  );
}

export function useNotice(): (title: string, kind?: Notice['kind'], action?: NoticeAction) => void {
  const desk = useContext(NoticeContext)!;
  return useCallback(
    (title, kind = 'done', action = undefined) => void desk.say({ title, kind, action }),
    [desk],
  );
}
