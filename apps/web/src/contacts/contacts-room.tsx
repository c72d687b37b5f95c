import { UserRoundSearch } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { EmptyState } from '../design/empty-state.tsx';
import { Room } from '../design/room.tsx';
import { useText } from '../i18n/language.tsx';
import { ContactList } from './contact-list.tsx';
import { PersonPage } from './person-page.tsx';
import { RequestsPage } from './requests-page.tsx';

const InvitesPage = lazy(() =>
  import('../invites/invites-page.tsx').then(({ InvitesPage: page }) => ({ default: page })),
);

/** Friends, requests and invites, and beside them whoever was chosen. */
export function ContactsRoom({
  person,
  page,
}: {
  person: number | undefined;
  page: 'requests' | 'invites' | undefined;
}) {
  const text = useText();
  return (
    <Room
      title={text('contacts.title')}
      column={<ContactList person={person} page={page} />}
      deep={person !== undefined || page !== undefined}
    >
      {page === 'requests' && <RequestsPage />}
      {page === 'invites' && (
        <Suspense>
          <InvitesPage />
        </Suspense>
      )}
      {person !== undefined && <PersonPage key={person} user={person} />}
      {page === undefined && person === undefined && (
        <EmptyState icon={UserRoundSearch} title={text('contacts.choose')}>
          {text('contacts.choose.text')}
        </EmptyState>
      )}
    </Room>
  );
}
