import { useEffect } from 'react';
import { ChatsRoom } from '../chats/chats-room.tsx';
import { keepFocus } from '../design/keep-focus.ts';
import { useText } from '../i18n/language.tsx';
import { KeysContext } from '../keys/keys-context.ts';
import { useShortcuts } from '../keys/use-shortcuts.ts';
import { readPendingInvite } from '../state/pending-invite.ts';
import { readPendingJoin } from '../state/pending-join.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { ConnectionStatus } from './connection-status.tsx';
import { keepClient } from './keep-client.ts';
import { Guarded, lazyPart } from './part.tsx';
import { prefetch } from './prefetch.ts';
import { isDeep, navigate, type Route, useRoute } from './route.ts';
import styles from './shell.module.css';
import { SideBar } from './side-bar.tsx';
import { useAlerts } from './use-alerts.ts';
import { useDraftSync } from './use-draft-sync.ts';
import { useTitle } from './use-title.ts';
import { useUploadsOn } from './use-uploads-on.ts';

const loading = <main className={styles.room} aria-busy />;

const ContactsRoom = lazyPart(
  async () => (await import('../contacts/contacts-room.tsx')).ContactsRoom,
  'room',
  loading,
);
const InvitePage = lazyPart(
  async () => (await import('../invites/invite-page.tsx')).InvitePage,
  'room',
  loading,
);
const JoinPage = lazyPart(async () => (await import('../groups/join-page.tsx')).JoinPage, 'room', loading);
const SettingsRoom = lazyPart(
  async () => (await import('../settings/settings-room.tsx')).SettingsRoom,
  'room',
  loading,
);

const KeysDialog = lazyPart(async () => (await import('../keys/keys-dialog.tsx')).KeysDialog, 'dialog');
const Palette = lazyPart(async () => (await import('../keys/palette.tsx')).Palette, 'dialog');
const KickedDialog = lazyPart(async () => (await import('./kicked-dialog.tsx')).KickedDialog, 'dialog');

/** Everything that a logged-in user sees: the side bar, and the room that was chosen there. */
export function Shell() {
  const text = useText();
  const route = useRoute();
  useAlerts();
  useUploadsOn();
  useDraftSync();
  useEffect(keepClient, []);
  useEffect(keepFocus, []);
  useEffect(prefetch, []);
  useTitle();
  const { section } = route;
  const { panel, setPanel } = useShortcuts(route);
  const kicked = useObserved(useWorkspace().connection, ({ value }) => value.kind === 'kicked');
  const known = ['chats', 'contacts', 'settings', 'invite', 'join'].includes(section);
  useEffect(() => {
    if (known) return;
    const [pending, link] = [readPendingInvite(), readPendingJoin()];
    const next: Route = pending
      ? { section: 'invite', invite: pending.invite }
      : link
        ? { section: 'join', link }
        : { section: 'chats' };
    navigate(next, { replace: true });
  }, [known]);
  if (!known) return null;
  return (
    <KeysContext value={setPanel}>
      <div className={styles.shell}>
        <button type="button" className={styles.skip} onClick={skip}>
          {text('app.skip')}
        </button>
        <SideBar route={route} />
        {section === 'chats' && (
          <Guarded place="room">
            <ChatsRoom conversation={route.conversation} />
          </Guarded>
        )}
        {section === 'contacts' && (
          <ContactsRoom
            person={route.person}
            page={
              route.requests ? 'requests' : route.invites ? 'invites' : route.groups ? 'groups' : undefined
            }
          />
        )}
        {section === 'invite' && <InvitePage key={route.invite} invite={route.invite} />}
        {section === 'join' && <JoinPage key={route.link} link={route.link} />}
        {section === 'settings' && <SettingsRoom page={route.page} />}
        <ConnectionStatus deep={isDeep(route)} />
        {kicked && <KickedDialog />}
        {panel === 'keys' && <KeysDialog onClose={() => setPanel(undefined)} />}
        {panel === 'palette' && <Palette onClose={() => setPanel(undefined)} />}
      </div>
    </KeysContext>
  );
}

/** To what was chosen in the room; on a phone, where that is another page, to the room. */
function skip(): void {
  const content = document.getElementById('content');
  const shown = content?.checkVisibility() ? content : content?.closest('main');
  shown?.focus();
}
