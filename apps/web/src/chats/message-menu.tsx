import { Menu } from '@base-ui/react/menu';
import { Copy, Reply } from 'lucide-react';
import { type Action, ActionPopup } from '../design/menu.tsx';
import { useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import type { Said } from './said.ts';

/** Joins the buttons of all messages to the one menu that they open. */
export type MessageMenuHandle = ReturnType<typeof Menu.createHandle<Said>>;

/** What can be done with a message. */
export function MessageMenu({
  handle,
  mayReply,
  onReply,
}: {
  handle: MessageMenuHandle;
  mayReply: boolean;
  onReply: (seq: number) => void;
}) {
  const text = useText();
  const notice = useNotice();
  const actionsFor = ({ seq, text: said }: Said): Action[] => [
    ...(seq !== undefined && mayReply
      ? [{ label: text('action.reply'), icon: Reply, run: () => onReply(seq) }]
      : []),
    {
      label: text('action.copy'),
      icon: Copy,
      run: () => void navigator.clipboard.writeText(said).then(() => notice(text('talk.copied'))),
    },
  ];
  return (
    <Menu.Root handle={handle}>
      {({ payload }) => <ActionPopup actions={payload ? actionsFor(payload) : []} />}
    </Menu.Root>
  );
}
