import type { Member, Role } from '@berth/wire';
import { Crown, Ellipsis, MicOff, ShieldCheck, ShieldMinus, UserRoundMinus, Volume2 } from 'lucide-react';
import { useState } from 'react';
import type { Action } from '../design/action.ts';
import { Avatar } from '../design/avatar.tsx';
import { IconButton } from '../design/button.tsx';
import { Confirm } from '../design/dialog.tsx';
import { ActionMenu } from '../design/menu.tsx';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { formatRoute } from '../shell/route.ts';
import { useUndo } from '../shell/use-undo.ts';
import type { Conversation } from '../state/conversations.ts';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { type GroupText, useGroupText } from './group-texts.ts';
import styles from './groups.module.css';
import { actsOn, type MemberAct } from './member-acts.ts';
import type { Members } from './use-members.ts';

/** A member: who, their role, and what this user may do about them. */
export function MemberRow({
  conversation,
  member,
  patch,
}: {
  conversation: Conversation;
  member: Member;
  patch: Members['patch'];
}) {
  const text = useText();
  const say = useGroupText();
  const { people, hues, me, client } = useWorkspace();
  const hue = useObserved(hues, (all) => all.of(conversation.conversation, member.id));
  const name = nameOf(useObserved(people, (all) => all.friend(member.id)) ?? member);
  const online = useObserved(people, (all) => all.friend(member.id)?.online ?? false);
  const [asked, setAsked] = useState(false);
  const remove = useRemove(conversation, member, name, patch);
  const perform = usePerform(conversation, member.id, patch);
  const now = client.now();
  const muted = member.mutedUntil > now;
  const actions = actsOn(member, { id: me, role: conversation.role, member: conversation.member }, now).map(
    (act): Action => ({
      ...describe(act, say),
      run: () => {
        if (act.kind === 'remove') remove();
        else if (act.kind === 'role' && act.role === 'owner') setAsked(true);
        else void perform(act);
      },
    }),
  );
  return (
    <div className={styles.member}>
      <Avatar id={member.id} icon={member.icon} name={name} online={online} hue={hue} />
      <div className={styles.memberNames}>
        <a href={formatRoute({ section: 'contacts', person: member.id })} className={styles.memberName}>
          <bdi>{member.id === me ? text('talk.me') : name}</bdi>
        </a>
        <span className={styles.soft}>
          {say(`role.${member.role}`)}
          {muted && ` · ${say('muted')}`}
        </span>
      </div>
      {actions.length > 0 && (
        <ActionMenu
          trigger={
            <IconButton label={say('memberActions', { name })}>
              <Ellipsis size={18} aria-hidden />
            </IconButton>
          }
          actions={actions}
        />
      )}
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        title={say('makeOwner.title', { name })}
        confirm={say('makeOwner')}
        onConfirm={() => perform({ kind: 'role', role: 'owner' })}
      >
        {say('makeOwner.text')}
      </Confirm>
    </div>
  );
}

const roleTexts = {
  owner: 'makeOwner',
  admin: 'makeAdmin',
  member: 'makeMember',
} as const satisfies Record<Role, string>;
const roleIcons = { owner: Crown, admin: ShieldCheck, member: ShieldMinus } as const;

function describe(act: MemberAct, say: GroupText): Omit<Action, 'run'> {
  if (act.kind === 'role') return { label: say(roleTexts[act.role]), icon: roleIcons[act.role] };
  if (act.kind === 'mute') return { label: say(`mute.${act.name}`), icon: MicOff };
  if (act.kind === 'unmute') return { label: say('unmute'), icon: Volume2 };
  return { label: say('removeMember'), icon: UserRoundMinus, danger: true };
}

/** Does it and shows it, with a word when it cannot be done. */
function usePerform(
  { conversation }: Conversation,
  user: number,
  patch: Members['patch'],
): (act: Exclude<MemberAct, { kind: 'remove' }>) => Promise<void> {
  const text = useText();
  const formats = useFormats();
  const notice = useNotice();
  const { client, conversations, me } = useWorkspace();
  return async (act) => {
    try {
      if (act.kind === 'role') {
        await client.request('groupRole', { conversation, user, role: act.role });
        patch(user, { role: act.role });
        if (act.role === 'owner') {
          patch(me, { role: 'admin' });
          conversations.patch(conversation, { role: 'admin' });
        }
      } else {
        const forMs = act.kind === 'mute' ? act.forMs : 0;
        patch(user, await client.request('groupMute', { conversation, user, forMs }));
      }
    } catch (error) {
      notice(errorText(error, text, formats), 'failure');
    }
  };
}

/** Shows somebody as gone, and removes them when nobody has undone it. */
function useRemove(
  { conversation, memberCount }: Conversation,
  member: Member,
  name: string,
  patch: Members['patch'],
): () => void {
  const text = useText();
  const offerUndo = useUndo();
  const { client, conversations } = useWorkspace();
  return () => {
    const show = (count: number) => conversations.patch(conversation, { memberCount: count });
    patch(member.id, 'gone');
    show(memberCount - 1);
    offerUndo(text('group.removeMember.done', { name }), {
      undo: () => {
        patch(member.id, 'back');
        show(memberCount);
      },
      commit: () => client.request('groupRemove', { conversation, user: member.id }),
    });
  };
}
