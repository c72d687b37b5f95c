import { Link2, LogOut, PencilLine, Settings, UserRoundPlus } from 'lucide-react';
import { useState } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { classNames } from '../design/class-names.ts';
import { Drawer } from '../design/dialog.tsx';
import { ChangePicture } from '../files/change-picture.tsx';
import { useText } from '../i18n/language.tsx';
import { lazyPart } from '../shell/part.tsx';
import { useUndo } from '../shell/use-undo.ts';
import type { Conversation } from '../state/conversations.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useGroupText } from './group-texts.ts';
import styles from './groups.module.css';
import { InviteDialog } from './invite-dialog.tsx';
import { MemberList } from './member-list.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import { useMembers } from './use-members.ts';

type Open = 'rename' | 'settings' | 'links' | 'invite';

const LinksDialog = lazyPart(async () => (await import('./links-dialog.tsx')).LinksDialog, 'dialog');
const SettingsDialog = lazyPart(async () => (await import('./settings-dialog.tsx')).SettingsDialog, 'dialog');

/** A group's details: its name, its members, and what one may do there. */
export function GroupPanel({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const text = useText();
  const say = useGroupText();
  const offerUndo = useUndo();
  const { client, conversations } = useWorkspace();
  const [open, setOpen] = useState<Open>();
  const { conversation: id, title, member, role, memberCount, settings } = conversation;
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
        {settings?.topic && (
          <p className={styles.topic}>
            <bdi>{settings.topic}</bdi>
          </p>
        )}
        {settings?.about && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard scrolls it
          <p className={classNames(styles.about, styles.scrolls)} tabIndex={0}>
            {settings.about}
          </p>
        )}
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
                {say('rename')}
              </Button>
            )}
            {leads && (
              <Button look="quiet" small onClick={() => setOpen('settings')}>
                <Settings size={16} aria-hidden />
                {say('settings')}
              </Button>
            )}
            {leads && (
              <Button look="quiet" small onClick={() => setOpen('links')}>
                <Link2 size={16} aria-hidden />
                {say('links')}
              </Button>
            )}
            <Button look="quiet" small onClick={() => setOpen('invite')}>
              <UserRoundPlus size={16} aria-hidden />
              {say('invite')}
            </Button>
            <Button look="plainDanger" small onClick={leave}>
              <LogOut size={16} aria-hidden />
              {say('leave')}
            </Button>
          </div>
        )}
      </div>
      <MemberList conversation={conversation} members={members} />
      {open === 'rename' && <RenameDialog conversation={conversation} onClose={close} />}
      {open === 'settings' && <SettingsDialog conversation={conversation} onClose={close} />}
      {open === 'links' && <LinksDialog conversation={conversation} onClose={close} />}
      {open === 'invite' && <InviteDialog conversation={conversation} members={members} onClose={close} />}
    </Drawer>
  );
}
