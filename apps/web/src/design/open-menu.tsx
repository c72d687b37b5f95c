import { Menu } from '@base-ui/react/menu';
import { type ComponentProps, useState } from 'react';
import { ActionPopup } from './action-popup.tsx';

/** A menu that is open, and tells when it has closed. */
export function OpenMenu({
  onClose,
  ...popup
}: ComponentProps<typeof ActionPopup> & {
  onClose: () => void;
}) {
  const [open, setOpen] = useState(true);
  return (
    <Menu.Root open={open} onOpenChange={setOpen} onOpenChangeComplete={(isOpen) => !isOpen && onClose()}>
      <ActionPopup {...popup} />
    </Menu.Root>
  );
}
