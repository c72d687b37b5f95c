import { UserRoundSearch } from 'lucide-react';
import { EmptyState } from '../design/empty-state.tsx';
import { Room } from '../design/room.tsx';
import { useText } from '../i18n/language.tsx';
import { ContactList } from './contact-list.tsx';
import { PersonPage } from './person-page.tsx';
import { RequestsPage } from './requests-page.tsx';

/** Friends and requests, and beside them whoever was chosen. */
export function ContactsRoom({ person, requests }: { person: number | undefined; requests: boolean }) {
  const text = useText();
  return (
    <Room
      title={text('contacts.title')}
      column={<ContactList person={person} requests={requests} />}
      deep={person !== undefined || requests}
    >
      {requests && <RequestsPage />}
      {person !== undefined && <PersonPage key={person} user={person} />}
      {!requests && person === undefined && (
        <EmptyState icon={UserRoundSearch} title={text('contacts.choose')}>
          {text('contacts.choose.text')}
        </EmptyState>
      )}
    </Room>
  );
}
