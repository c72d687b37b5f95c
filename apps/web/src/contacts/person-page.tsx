import type { Answers } from '@berth/wire';
import {
  ArrowLeft,
  Ban,
  CircleSlash2,
  Ellipsis,
  MessageCircle,
  PencilLine,
  UserRoundMinus,
  UserRoundPlus,
  UserRoundX,
} from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { Action } from '../design/action.ts';
import { Avatar } from '../design/avatar.tsx';
import { Button, IconButton } from '../design/button.tsx';
import { EmptyState } from '../design/empty-state.tsx';
import { ActionMenu } from '../design/menu.tsx';
import room from '../design/room.module.css';
import { SkeletonRow } from '../design/skeleton.tsx';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { navigate } from '../shell/route.ts';
import { useTask } from '../shell/use-task.ts';
import { useUndo } from '../shell/use-undo.ts';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { AliasDialog } from './alias-dialog.tsx';
import styles from './person-page.module.css';
import { RequestDialog } from './request-dialog.tsx';
import { useUnblock } from './use-unblock.ts';

type Open = 'alias' | 'request';

/** Someone's profile card, and everything that can be done about them. */
export function PersonPage({ user }: { user: number }) {
  const text = useText();
  const workspace = useWorkspace();
  const { people, me } = workspace;
  const friend = useObserved(people, (all) => all.friend(user));
  const pending = useObserved(people, (all) =>
    all.requests.some(
      ({ id, direction, state }) => id === user && direction === 'outgoing' && state === 'pending',
    ),
  );
  const { answer, failure, reload } = useProfile(user);
  const [open, setOpen] = useState<Open>();
  const act = usePersonActs(user, reload);
  const profile = answer?.user ?? friend;
  if (!profile) {
    return failure ? (
      <EmptyState
        icon={UserRoundX}
        title={failure}
        action={<Button onClick={reload}>{text('action.retry')}</Button>}
      />
    ) : (
      <div className={styles.page} aria-busy>
        <SkeletonRow />
      </div>
    );
  }
  const name = nameOf(friend ?? profile);
  const blocked = answer?.blocked === true;
  const actions: Action[] = [
    ...(friend
      ? [
          { label: text('person.alias.edit'), icon: PencilLine, run: () => setOpen('alias') },
          { label: text('person.remove'), icon: UserRoundMinus, danger: true, run: () => act.remove(name) },
        ]
      : []),
    blocked
      ? { label: text('person.unblock'), icon: CircleSlash2, run: () => void act.unblock(name) }
      : { label: text('person.block'), icon: Ban, danger: true, run: () => void act.block(name) },
  ];
  return (
    <div className={styles.page}>
      <IconButton
        label={text('action.back')}
        className={room.back}
        onClick={() => navigate({ section: 'contacts' })}
      >
        <ArrowLeft size={20} aria-hidden />
      </IconButton>
      <section className={styles.card}>
        <Avatar
          id={profile.id}
          icon={profile.icon}
          name={name}
          size="large"
          online={friend?.online ?? false}
        />
        <h2 className={styles.name}>
          <bdi>{name}</bdi>
        </h2>
        <p className={styles.presence}>
          {user === me
            ? text('person.you')
            : blocked
              ? text('person.blocked')
              : friend?.online !== undefined &&
                text(friend.online ? 'person.presence.online' : 'person.presence.offline')}
        </p>
        {user !== me && (
          <div className={styles.buttons}>
            {friend ? (
              <Button onClick={() => navigate({ section: 'chats', conversation: friend.conversation })}>
                <MessageCircle size={18} aria-hidden />
                {text('person.message')}
              </Button>
            ) : (
              <Button disabled={pending || blocked} onClick={() => setOpen('request')}>
                <UserRoundPlus size={18} aria-hidden />
                {text(pending ? 'person.pending' : 'person.add')}
              </Button>
            )}
            <ActionMenu
              trigger={
                <IconButton label={text('action.more')}>
                  <Ellipsis size={20} aria-hidden />
                </IconButton>
              }
              actions={actions}
            />
          </div>
        )}
        <dl className={styles.facts}>
          {profile.description !== '' && <Fact name={text('person.description')}>{profile.description}</Fact>}
          {friend?.alias && <Fact name={text('settings.nick')}>{profile.nick || profile.name}</Fact>}
          <Fact name={text('person.name')}>{profile.name}</Fact>
          <Fact name={text('person.id')}>{`${profile.id}`}</Fact>
        </dl>
      </section>
      {open === 'alias' && friend && <AliasDialog friend={friend} onClose={() => setOpen(undefined)} />}
      {open === 'request' && <RequestDialog person={profile} onClose={() => setOpen(undefined)} />}
    </div>
  );
}

const Fact = ({ name, children }: { name: string; children: string }) => (
  <div className={styles.fact}>
    <dt>{name}</dt>
    <dd dir="auto">{children}</dd>
  </div>
);

/** The profile as the server tells it; asked for again when `reload` is called. */
function useProfile(user: number) {
  const text = useText();
  const formats = useFormats();
  const { client, people, conversations } = useWorkspace();
  /** As another device, or tab, may have changed it. */
  const refusal = useObserved(conversations, (all) => all.withPerson(user)?.refusal);
  const [answer, setAnswer] = useState<Answers['profile']>();
  const { failure, run } = useTask();
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for once a person
  const reload = useCallback(() => {
    void run(async () => {
      const told = await client.request('profile', { user });
      setAnswer(told);
      people.learn([told.user]);
    });
  }, [user, client, people, text, formats]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: and whenever that is another one
  useEffect(reload, [reload, refusal]);
  return { answer, failure, reload };
}

/** What is done about a person, with a word when it cannot be. */
function usePersonActs(user: number, reload: () => void) {
  const text = useText();
  const formats = useFormats();
  const notice = useNotice();
  const offerUndo = useUndo();
  const workspace = useWorkspace();
  const { client, people } = workspace;
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work();
      reload();
      await workspace.renewPerson(user);
    } catch (error) {
      notice(errorText(error, text, formats), 'failure');
    }
  };
  const unblock = useUnblock();
  return {
    unblock: (name: string) => attempt(() => unblock(user, name)),
    /** Shown at once, and done when nobody has undone it: to become friends again takes two. */
    remove: (name: string) => {
      const restore = people.removeFriend(user);
      offerUndo(text('person.remove.done', { name }), {
        undo: restore,
        commit: async () => {
          await client.request('friendRemove', { user });
          await workspace.renewPerson(user);
        },
      });
    },
    /** At once: nobody is to hear more of someone than they want to. */
    block: (name: string) =>
      attempt(async () => {
        await client.request('block', { user });
        const undo = () => attempt(() => client.request('unblock', { user }));
        offerUndo(text('person.block.done', { name }), { undo });
      }),
  };
}
