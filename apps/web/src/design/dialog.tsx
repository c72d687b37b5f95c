import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type ComponentProps, type ReactNode, useRef } from 'react';
import { useText } from '../i18n/language.tsx';
import { Button, IconButton } from './button.tsx';
import { classNames } from './class-names.ts';
import styles from './popup.module.css';

interface PanelProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  className?: string | undefined;
  /** Where the focus goes when it closes. Default: where it was. */
  finalFocus?: ComponentProps<typeof Dialog.Popup>['finalFocus'];
}

/** Where one writes: there a dialog begins that has it. */
const writable = 'textarea, input:not([type]), input[type="text"], input[type="search"]';

/** A dialog in the middle of the page. */
export const Panel = (props: PanelProps) => <Modal {...props} place={styles.dialog} />;

/** A dialog at the edge of the page, the whole page on a phone. */
export const Drawer = (props: PanelProps) => <Modal {...props} place={styles.drawer} />;

function Modal({
  open,
  onClose,
  title,
  children,
  place,
  className,
  finalFocus,
}: PanelProps & { place: string | undefined }) {
  const text = useText();
  const popup = useRef<HTMLDivElement>(null);
  // Not on its first button: that one's tip would cover the title, and take the first Escape for itself.
  const start = () => popup.current?.querySelector<HTMLElement>(writable) ?? popup.current;
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup
          ref={popup}
          className={classNames(place, className)}
          initialFocus={start}
          finalFocus={finalFocus}
        >
          <div className={styles.head}>
            <Dialog.Title className={styles.title}>{title}</Dialog.Title>
            <Dialog.Close render={<IconButton label={text('action.close')} />}>
              <X size={20} aria-hidden />
            </Dialog.Close>
          </div>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Asks before something that cannot be taken back, or must be known. */
export function Confirm({
  open,
  onClose,
  title,
  children,
  confirm,
  cancel,
  danger = true,
  more,
  onConfirm,
}: {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  confirm: string;
  cancel?: string;
  danger?: boolean;
  /** Further buttons, before the others. */
  more?: ReactNode;
  onConfirm: () => void;
}) {
  const text = useText();
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Popup className={styles.dialog}>
          <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
          <AlertDialog.Description className={styles.text}>{children}</AlertDialog.Description>
          <div className={styles.buttons}>
            {more}
            <AlertDialog.Close render={<Button look="quiet" />}>
              {cancel ?? text('action.cancel')}
            </AlertDialog.Close>
            <Button
              look={danger ? 'danger' : 'primary'}
              onClick={() => {
                onClose();
                onConfirm();
              }}
            >
              {confirm}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
