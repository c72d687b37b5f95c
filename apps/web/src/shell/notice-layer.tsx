import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { type FocusEvent, type RefObject, useEffect, useRef } from 'react';
import { IconButton } from '../design/button.tsx';
import { classNames } from '../design/class-names.ts';
import { useText } from '../i18n/language.tsx';
import type { Notice, NoticeDesk } from '../state/notice-desk.ts';
import styles from './notices.module.css';

const shownMs = 5_000;

/** Shows notices above everything else; F6 leads there. */
export function NoticeLayer({ desk }: { desk: NoticeDesk }) {
  const text = useText();
  const from = useRef<HTMLElement>(null);
  const noteFrom = ({ currentTarget, relatedTarget }: FocusEvent) => {
    if (relatedTarget instanceof HTMLElement && !currentTarget.contains(relatedTarget))
      from.current = relatedTarget;
  };
  return (
    <Toast.Provider timeout={shownMs} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport} aria-label={text('toast.label')} onFocus={noteFrom}>
          <Notices desk={desk} from={from} />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Notices({
  desk,
  from,
}: {
  desk: NoticeDesk;
  /** Where the keyboard was before it came here. */
  from: RefObject<HTMLElement | null>;
}) {
  const text = useText();
  const { toasts, add, close } = Toast.useToastManager<NonNullable<Notice['offer']>>();
  useEffect(
    () =>
      desk.attend(({ title, kind, action, offer }) => {
        const id: string = add({
          ...{ title, type: kind, priority: kind === 'failure' ? 'high' : 'low' },
          ...(offer && { timeout: 0, data: offer, onClose: offer.closed }),
          ...(action && {
            actionProps: {
              children: action.label,
              onClick: ({ detail }) => {
                action.run();
                // Who came by keys has done what they came for: not on to the next notice.
                if (detail === 0) from.current?.focus({ preventScroll: true });
                close(id);
              },
            },
          }),
        });
        return () => close(id);
      }),
    [desk, add, close, from],
  );
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      data-notice
      className={classNames(styles.notice, toast.type === 'failure' && styles.failure)}
      onFocus={() => toast.data?.hold(true)}
      onBlur={() => toast.data?.hold(false)}
      swipeDirection={['down', 'right']}
    >
      <Toast.Content className={styles.content}>
        <Toast.Title className={styles.title} />
        {toast.actionProps && <Toast.Action className={styles.action} />}
        <Toast.Close render={<IconButton label={text('action.close')} className={styles.close} />}>
          <X size={16} aria-hidden />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
