import { Autocomplete } from '@base-ui/react/autocomplete';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { conversationName } from '../chats/conversation-name.ts';
import { usePersonSearch } from '../contacts/use-person-search.ts';
import { Avatar } from '../design/avatar.tsx';
import { Panel } from '../design/dialog.tsx';
import { useText } from '../i18n/language.tsx';
import { navigate } from '../shell/route.ts';
import { isAway } from '../state/conversations.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './keys.module.css';
import { useKeysText } from './keys-texts.ts';
import { findPlaces, type Place, placeOf } from './places.ts';

/** Goes to any person or conversation by a few letters of its name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const text = useText();
  const say = useKeysText();
  const workspace = useWorkspace();
  const { conversations, people } = workspace;
  const listed = useObserved(conversations, (list) => list.sorted);
  const away = useObserved(conversations, (list) => list.away);
  const [query, setQuery] = useState('');
  const { search } = usePersonSearch(query);
  const isChosen = useRef(false);
  const known = useMemo(
    () => [...listed, ...away].map((one) => placeOf(one, conversationName(one, workspace, text))),
    [listed, away, workspace, text],
  );
  const places = useMemo(
    () => findPlaces(query, known, search.kind === 'found' ? search.people : []),
    [query, known, search],
  );
  const go = (place: Place) => {
    isChosen.current = true;
    const conversation =
      place.kind === 'person'
        ? people.friend(place.person.id)?.conversation
        : place.conversation.conversation;
    if (conversation !== undefined) navigate({ section: 'chats', conversation });
    else if (place.kind === 'person') navigate({ section: 'contacts', person: place.person.id });
    onClose();
  };
  return (
    <Panel
      open
      onClose={onClose}
      title={say('palette.title')}
      className={styles.palette}
      // Where one has gone the field takes the focus when it comes; until then the old one may have it.
      finalFocus={() => (isChosen.current ? document.querySelector<HTMLElement>('#content textarea') : true)}
    >
      <Autocomplete.Root
        inline
        open
        mode="none"
        autoHighlight="always"
        items={places}
        value={query}
        onValueChange={(value, { reason }) => reason !== 'item-press' && setQuery(value)}
        itemToStringValue={({ name }: Place) => name}
      >
        <Autocomplete.Input
          className={styles.field}
          type="search"
          aria-label={say('palette.field')}
          placeholder={say('palette.field')}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
        />
        <Autocomplete.Status className={styles.status}>
          {search.kind === 'asking' && say('palette.searching')}
          {search.kind === 'failed' && search.why}
          {places.length === 0 && (search.kind === 'found' || search.kind === 'none') && say('palette.none')}
        </Autocomplete.Status>
        <Autocomplete.List className={styles.found} aria-label={say('palette.title')}>
          {(place: Place) => (
            <Autocomplete.Item
              key={place.key}
              value={place}
              className={styles.item}
              onClick={() => go(place)}
            >
              <PlaceLine place={place} />
            </Autocomplete.Item>
          )}
        </Autocomplete.List>
      </Autocomplete.Root>
    </Panel>
  );
}

function PlaceLine({ place }: { place: Place }) {
  const say = useKeysText();
  const text = useText();
  const { people } = useWorkspace();
  if (place.kind === 'person') {
    const { id, icon, name } = place.person;
    return (
      <>
        <Avatar id={id} icon={icon} name={place.name} />
        <Names name={place.name}>
          {say(people.friend(id) ? 'palette.friend' : 'palette.person')}
          {' · '}
          <bdi>{`@${name}`}</bdi>
        </Names>
      </>
    );
  }
  const { conversation } = place;
  const { peer, kind, unread } = conversation;
  return (
    <>
      <Avatar
        id={peer?.id ?? conversation.conversation}
        icon={peer?.icon}
        name={place.name}
        group={kind === 'group'}
      />
      <Names name={place.name}>
        {kind === 'group' ? say('palette.group') : <bdi>{`@${peer?.name ?? ''}`}</bdi>}
        {isAway(conversation) && ` · ${say('palette.archived')}`}
      </Names>
      {unread > 0 && (
        <span className={styles.unread} title={text('nav.unread', { count: unread })}>
          {unread > 999 ? '999+' : unread}
        </span>
      )}
    </>
  );
}

const Names = ({ name, children }: { name: string; children: ReactNode }) => (
  <span className={styles.names}>
    <bdi className={styles.name}>{name}</bdi>
    <span className={styles.soft}>{children}</span>
  </span>
);
