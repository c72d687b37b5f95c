import { useMemo, useState } from 'react';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { FieldForm } from '../design/field.tsx';
import popup from '../design/popup.module.css';
import { useNotice } from '../shell/notices.tsx';
import { useTask } from '../shell/use-task.ts';
import type { Conversation } from '../state/conversations.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { FriendPicker } from './friend-picker.tsx';
import { useGroupText } from './group-texts.ts';
import type { Members } from './use-members.ts';

/** Asks friends into a group; those known to be members are not offered. */
export function InviteDialog({
  conversation,
  members,
  onClose,
}: {
  conversation: Conversation;
  members: Members;
  onClose: () => void;
}) {
  const say = useGroupText();
  const notice = useNotice();
  const { client, conversations } = useWorkspace();
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const { busy, failure, run } = useTask();
  const there = useMemo(() => new Set(members.members.map(({ id }) => id)), [members.members]);
  const invite = async () => {
    const id = conversation.conversation;
    const invited = await run(async () => {
      const { added } = await client.request('groupInvite', { conversation: id, users: [...chosen] });
      void conversations.fetch(id);
      members.reload();
      notice(say('invited', { count: added.length }));
    });
    if (invited) onClose();
  };
  return (
    <Panel open onClose={onClose} title={say('invite.title')}>
      <FieldForm failure={failure} onSubmit={invite}>
        <FriendPicker chosen={chosen} onChange={setChosen} without={there} />
        <div className={popup.buttons}>
          <Button type="submit" disabled={busy || chosen.size === 0}>
            {say('invite')}
          </Button>
        </div>
      </FieldForm>
    </Panel>
  );
}
