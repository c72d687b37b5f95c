import type { Message } from '@berth/wire';
import { PinOff } from 'lucide-react';
import { Panel } from '../design/dialog.tsx';
import type { Conversation } from '../state/conversations.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useActsText } from './acts-texts.ts';
import { FoundMessages } from './found-messages.tsx';
import { mayPin } from './may-pin.ts';
import { useTried } from './use-tried.ts';

/** Everything that is pinned in a conversation. */
export function PinsDialog({
  conversation,
  pins,
  onClose,
}: {
  conversation: Conversation;
  pins: readonly Message[];
  onClose: () => void;
}) {
  const say = useActsText();
  const { client } = useWorkspace();
  const tried = useTried();
  const unpin = ({ conversation, seq }: Message) =>
    tried(
      () => client.pin(conversation, seq, false),
      say('pins.undone'),
      () => client.pin(conversation, seq, true),
    );
  return (
    <Panel open onClose={onClose} title={say('pins')}>
      <FoundMessages
        messages={pins}
        none={say('pins.none')}
        onShown={onClose}
        action={mayPin(conversation) ? { label: say('unpin'), icon: PinOff, run: unpin } : undefined}
      />
    </Panel>
  );
}
