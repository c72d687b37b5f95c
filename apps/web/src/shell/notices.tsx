import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { type ReactNode, useCallback } from 'react';
import { IconButton } from '../design/button.tsx';
import { classNames } from '../design/class-names.ts';
import { useText } from '../i18n/language.tsx';
import styles from './notices.module.css';

const shownMs = 5_000;

/** Lets everything below say short notices, which go by themselves. */
export function NoticeProvider({ children }: { children: ReactNode }) {
  const text = useText();
  return (
    <Toast.Provider timeout={shownMs} limit={3}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport} aria-label={text('toast.label')}>
          <Notices />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Notices() {
  const text = useText();
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className={classNames(styles.notice, toast.type === 'failure' && styles.failure)}
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

/** What a notice offers to do, for as long as it is there. */
export interface NoticeAction {
  label: string;
  run: () => void;
}

export function useNotice(): (title: string, kind?: 'done' | 'failure', action?: NoticeAction) => void {
  const { add, close } = Toast.useToastManager();
  return useCallback(
    (title, kind = 'done', action = undefined) => {
      const id: string = add({
        ...{ title, type: kind, priority: kind === 'failure' ? 'high' : 'low' },
        ...(action && {
          actionProps: {
            children: action.label,
            onClick: () => {
              action.run();
              close(id);
            },
          },
        }),
      });
    },
    [add, close],
  );
}
