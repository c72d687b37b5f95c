import { UserRoundSearch } from 'lucide-react';
import { EmptyState } from '../design/empty-state.tsx';
import { Room } from '../design/room.tsx';
import { useText } from '../i18n/language.tsx';
import { lazyPart } from '../shell/part.tsx';
import { ContactList } from './contact-list.tsx';
import { PersonPage } from './person-page.tsx';
import { RequestsPage } from './requests-page.tsx';

const InvitesPage = lazyPart(async () => (await import('../invites/invites-page.tsx')).InvitesPage, 'within');
const DirectoryPage = lazyPart(
  async () => (await import('../groups/directory-page.tsx')).DirectoryPage,
  'within',
);

/** Friends, requests and invites, and beside them whoever was chosen. */
export function ContactsRoom({
  person,
  page,
}: {
  person: number | undefined;
  page: 'requests' | 'invites' | 'groups' | undefined;
}) {
  const text = useText();
  return (
    <Room
      title={text('contacts.title')}
      column={<ContactList person={person} page={page} />}
      deep={person !== undefined || page !== undefined}
    >
      {page === 'requests' && <RequestsPage />}
      {page === 'invites' && <InvitesPage />}
      {page === 'groups' && <DirectoryPage />}
      {person !== undefined && <PersonPage key={person} user={person} />}
      {page === undefined && person === undefined && (
        <EmptyState icon={UserRoundSearch} title={text('contacts.choose')}>
          {text('contacts.choose.text')}
        </EmptyState>
      )}
    </Room>
  );
}
