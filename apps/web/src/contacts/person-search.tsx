import { Autocomplete } from '@base-ui/react/autocomplete';
import { Popover } from '@base-ui/react/popover';
import type { Profile } from '@berth/wire';
import { Search as SearchIcon } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Avatar } from '../design/avatar.tsx';
import room from '../design/room.module.css';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { navigate } from '../shell/route.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './contacts.module.css';

/** Typing that has paused for this long is searched for. */
const pauseMs = 250;

type Search =
  | { kind: 'none' }
  | { kind: 'asking' }
  | { kind: 'found'; people: Profile[] }
  | { kind: 'failed'; why: string };

/** Finds people by name or id, in a panel below the field that closes when one looks elsewhere. */
export function PersonSearch() {
  const text = useText();
  const [query, setQuery] = useState('');
  const [dismissed, setDismissed] = useState(false);
  const anchor = useRef<HTMLDivElement>(null);
  const search = useSearch(query);
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
        setQuery(reason === 'item-press' ? '' : value);
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
          maxLength={64}
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
                    <Avatar id={person.id} name={person.nick || person.name} />
                    <span className={styles.names}>
                      <bdi className={styles.name}>{person.nick || person.name}</bdi>
                      <bdi className={styles.presence}>{`${person.name} · ${person.id}`}</bdi>
                    </span>
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
    </Autocomplete.Root>
  );
}

/** What the server finds for a query, a moment after it was typed; an answer that is overtaken is not shown. */
function useSearch(query: string): Search {
  const text = useText();
  const formats = useFormats();
  const { client, people } = useWorkspace();
  const [search, setSearch] = useState<Search>({ kind: 'none' });
  useEffect(() => {
    const sought = query.trim();
    if (sought === '') {
      setSearch({ kind: 'none' });
      return;
    }
    const asking = new AbortController();
    setSearch({ kind: 'asking' });
    const timer = setTimeout(async () => {
      try {
        const { users } = await client.request('searchUser', { query: sought }, { signal: asking.signal });
        if (asking.signal.aborted) return;
        people.learn(users);
        setSearch({ kind: 'found', people: users });
      } catch (error) {
        if (!asking.signal.aborted) setSearch({ kind: 'failed', why: errorText(error, text, formats) });
      }
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [query, client, people, text, formats]);
  return search;
}
