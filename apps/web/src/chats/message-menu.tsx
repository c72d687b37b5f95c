import { Menu } from '@base-ui/react/menu';
import { Copy, Reply } from 'lucide-react';
import { useRef } from 'react';
import { type Action, ActionPopup } from '../design/menu.tsx';
import { useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import type { Said } from './said.ts';

/** Joins the buttons of all messages to the one menu that they open. */
export type MessageMenuHandle = ReturnType<typeof Menu.createHandle<Said>>;

/** Begins a reply; answers with the field where it is written, if there is one. */
export type ReplyTo = (seq: number) => HTMLElement | null;

/** What can be done with a message. */
export function MessageMenu({
  handle,
  mayReply,
  onReply,
}: {
  handle: MessageMenuHandle;
  mayReply: boolean;
  onReply: ReplyTo;
}) {
  const text = useText();
  const notice = useNotice();
  /** Where one writes the reply that was chosen: there the focus goes, not back to the button. */
  const writing = useRef<HTMLElement>(null);
  const reply = (seq: number) => {
    writing.current = onReply(seq);
  };
  const actionsFor = ({ seq, text: said }: Said): Action[] => [
    ...(seq !== undefined && mayReply
      ? [{ label: text('action.reply'), icon: Reply, run: () => reply(seq) }]
      : []),
    {
      label: text('action.copy'),
      icon: Copy,
      run: () => void navigator.clipboard.writeText(said).then(() => notice(text('talk.copied'))),
    },
  ];
  return (
    <Menu.Root handle={handle}>
      {({ payload }) => (
        <ActionPopup
          actions={payload ? actionsFor(payload) : []}
          finalFocus={() => {
            const field = writing.current;
            writing.current = null;
            return field ?? true;
          }}
        />
      )}
    </Menu.Root>
  );
}
