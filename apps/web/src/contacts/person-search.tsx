import { Autocomplete } from '@base-ui/react/autocomplete';
import { Popover } from '@base-ui/react/popover';
import type { Profile } from '@berth/wire';
import { Search as SearchIcon } from 'lucide-react';
import { useRef, useState } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import room from '../design/room.module.css';
import { useText } from '../i18n/language.tsx';
import { navigate } from '../shell/route.ts';
import { inviteOf } from '../state/pending-invite.ts';
import { nameOf } from '../state/people.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './contacts.module.css';
import { usePersonSearch } from './use-person-search.ts';

/** Finds people by what they call themselves, by `@name` or by id, in a panel below the field that closes when one looks elsewhere. */
export function PersonSearch() {
  const text = useText();
  const [query, setQuery] = useState('');
  const [dismissed, setDismissed] = useState(false);
  const anchor = useRef<HTMLDivElement>(null);
  const { search, more } = usePersonSearch(query);
  const { people } = useWorkspace();
  const found = search.kind === 'found' ? search.people : [];
  const open = search.kind !== 'none' && !dismissed;
  const choose = (person: number) => {
    setQuery('');
    navigate({ section: 'contacts', person });
  };
  return (
    <Autocomplete.Root
      inline
      open={open}
      items={found}
      mode="none"
      value={query}
      onValueChange={(value, { reason }) => {
        setDismissed(false);
        const invite = inviteOf(value);
        if (invite !== undefined) navigate({ section: 'invite', invite });
        setQuery(invite !== undefined || reason === 'item-press' ? '' : value);
      }}
      itemToStringValue={({ name }: Profile) => name}
    >
      <div className={room.search} ref={anchor}>
        <SearchIcon size={18} aria-hidden />
        <Autocomplete.Input
          className={room.searchInput}
          aria-label={text('contacts.search')}
          aria-expanded={open}
          placeholder={text('contacts.search.hint')}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onFocus={() => setDismissed(false)}
        />
      </div>
      <Popover.Root
        open={open}
        onOpenChange={(next, { event }) => {
          const inField = event.target instanceof Node && anchor.current?.contains(event.target);
          const byEscape = event instanceof KeyboardEvent;
          if (!next && (byEscape || !inField)) setDismissed(true);
        }}
      >
        <Popover.Portal>
          <Popover.Positioner className={styles.layer} anchor={anchor} sideOffset={-4}>
            <Popover.Popup
              className={styles.found}
              initialFocus={false}
              finalFocus={false}
              aria-label={text('contacts.results')}
            >
              <Autocomplete.Status className={styles.status}>
                {search.kind === 'asking' && text('contacts.searching')}
                {search.kind === 'failed' && search.why}
                {search.kind === 'found' && found.length === 0 && text('contacts.notFound')}
              </Autocomplete.Status>
              <Autocomplete.List>
                {(person: Profile) => (
                  <Autocomplete.Item
                    key={person.id}
                    value={person}
                    className={styles.result}
                    onClick={() => choose(person.id)}
                  >
                    <Avatar id={person.id} icon={person.icon} name={person.nick || person.name} />
                    <span className={styles.names}>
                      <bdi className={styles.name}>{nameOf(people.friend(person.id) ?? person)}</bdi>
                      <span className={styles.presence}>
                        {people.friend(person.id) && `${text('contacts.friend')} · `}
                        <bdi>{`@${person.name}`}</bdi>
                        {` · ${person.id}`}
                      </span>
                    </span>
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
              {search.kind === 'found' && search.cursor !== undefined && (
                <Button look="plain" wide onClick={more}>
                  {text('action.show')}
                </Button>
              )}
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
    </Autocomplete.Root>
  );
}
