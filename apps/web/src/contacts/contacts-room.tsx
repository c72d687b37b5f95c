import { UserRoundSearch } from 'lucide-react';
import { classNames } from '../design/class-names.ts';
import { EmptyState } from '../design/empty-state.tsx';
import room from '../design/room.module.css';
import { useText } from '../i18n/language.tsx';
import { ContactList } from './contact-list.tsx';
import { PersonPage } from './person-page.tsx';
import { RequestsPage } from './requests-page.tsx';

/** Friends and requests, and beside them whoever was chosen. */
export function ContactsRoom({ person, requests }: { person: number | undefined; requests: boolean }) {
  const text = useText();
  return (
    <div className={classNames(room.room, (person !== undefined || requests) && room.deep)}>
      <ContactList person={person} requests={requests} />
      <main id="content" tabIndex={-1} className={room.main}>
        {requests && <RequestsPage />}
        {person !== undefined && <PersonPage key={person} user={person} />}
        {!requests && person === undefined && (
          <EmptyState icon={UserRoundSearch} title={text('contacts.choose')}>
            {text('contacts.choose.text')}
          </EmptyState>
        )}
      </main>
    </div>
  );
}
