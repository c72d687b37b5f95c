import { LogOut, PencilLine, UserRoundPlus } from 'lucide-react';
import { useState } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { Drawer } from '../design/dialog.tsx';
import { ChangePicture } from '../files/change-picture.tsx';
import { useText } from '../i18n/language.tsx';
import { useUndo } from '../shell/use-undo.ts';
import type { Conversation } from '../state/conversations.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './groups.module.css';
import { InviteDialog } from './invite-dialog.tsx';
import { MemberList } from './member-list.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import { useMembers } from './use-members.ts';

type Open = 'rename' | 'invite';

/** A group's details: its name, its members, and what one may do there. */
export function GroupPanel({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const text = useText();
  const offerUndo = useUndo();
  const { client, conversations } = useWorkspace();
  const [open, setOpen] = useState<Open>();
  const { conversation: id, title, member, role, memberCount } = conversation;
  const members = useMembers(id);
  const leads = member && role !== 'member';
  const close = () => setOpen(undefined);
  const leave = () => {
    conversations.patch(id, { member: false });
    onClose();
    offerUndo(text('group.leave.done', { title }), {
      undo: () => conversations.patch(id, { member: true }),
      commit: () => client.request('groupLeave', { conversation: id }),
    });
  };
  return (
    <Drawer open onClose={onClose} title={text('talk.details')}>
      <div className={styles.summary}>
        <Avatar id={id} name={title} size="large" group />
        <p className={styles.groupTitle}>
          <bdi>{title}</bdi>
        </p>
        <p className={styles.soft}>
          {member ? text('talk.members', { count: memberCount }) : text('chats.left')}
        </p>
        {leads && (
          <ChangePicture
            has={Boolean(conversation.picture)}
            shape="rect"
            onChange={async (file = '') => {
              await client.request('groupPicture', { conversation: id, file });
              conversations.patch(id, { picture: file });
            }}
          />
        )}
        {member && (
          <div className={styles.acts}>
            {leads && (
              <Button look="quiet" small onClick={() => setOpen('rename')}>
                <PencilLine size={16} aria-hidden />
                {text('group.rename')}
              </Button>
            )}
            <Button look="quiet" small onClick={() => setOpen('invite')}>
              <UserRoundPlus size={16} aria-hidden />
              {text('group.invite')}
            </Button>
            <Button look="plainDanger" small onClick={leave}>
              <LogOut size={16} aria-hidden />
              {text('group.leave')}
            </Button>
          </div>
        )}
      </div>
      <MemberList conversation={conversation} members={members} />
      {open === 'rename' && <RenameDialog conversation={conversation} onClose={close} />}
      {open === 'invite' && <InviteDialog conversation={conversation} members={members} onClose={close} />}
    </Drawer>
  );
}
