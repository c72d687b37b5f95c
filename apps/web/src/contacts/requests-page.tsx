import type { FriendRequest } from '@berth/wire';
import { MessageCircle, UserRoundPlus } from 'lucide-react';
import { useRef } from 'react';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { classNames } from '../design/class-names.ts';
import { EmptyState } from '../design/empty-state.tsx';
import frame from '../design/page-frame.module.css';
import { PageFrame } from '../design/page-frame.tsx';
import { useFormats, useText } from '../i18n/language.tsx';
import { formatRoute, navigate } from '../shell/route.ts';
import { useNow } from '../shell/use-now.ts';
import { useTask } from '../shell/use-task.ts';
import { useUndo } from '../shell/use-undo.ts';
import { isWaiting, nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './requests-page.module.css';

/** How long a request that was accepted stays in the list. */
const acceptedShownMs = 7 * 24 * 3_600_000;

/** The requests that came, to be answered, and those that were sent. */
export function RequestsPage() {
  const text = useText();
  const { people } = useWorkspace();
  const requests = useObserved(people, (all) => all.requests);
  const now = useNow(60_000);
  const groups = (['incoming', 'outgoing'] as const).map((direction) => ({
    direction,
    // Who has become a friend may be written to from here for a while, and then is one of the friends.
    requests: requests.filter(
      (request) =>
        request.direction === direction &&
        (request.state !== 'accepted' || now - request.at < acceptedShownMs),
    ),
  }));
  return (
    <PageFrame title={text('contacts.requests')} back={{ section: 'contacts' }}>
      {groups.every((group) => group.requests.length === 0) && (
        <EmptyState icon={UserRoundPlus} title={text('request.none')}>
          {text('request.none.text')}
        </EmptyState>
      )}
      {groups.map(
        (group) =>
          group.requests.length > 0 && (
            <section key={group.direction}>
              <h3 className={frame.heading}>{text(`request.${group.direction}`)}</h3>
              <ul className={frame.cards}>
                {group.requests.map((request) => (
                  <RequestRow key={request.id} request={request} />
                ))}
              </ul>
            </section>
          ),
      )}
    </PageFrame>
  );
}

function RequestRow({ request }: { request: FriendRequest }) {
  const text = useText();
  const formats = useFormats();
  const now = useNow(60_000);
  const workspace = useWorkspace();
  const { client, conversations, people } = workspace;
  const { busy, failure, run } = useTask();
  const friend = useObserved(people, (all) => all.friend(request.id));
  const offerUndo = useUndo();
  const message = useRef<HTMLButtonElement>(null);
  const name = nameOf(friend ?? request);
  const accept = () =>
    run(async () => {
      const { friend } = await workspace.befriend(() => client.request('friendAccept', { user: request.id }));
      people.addFriend(friend);
      conversations.touch(friend.conversation, client.now());
      // The button that was pressed is gone: the keyboard goes on from the one in its place.
      requestAnimationFrame(() => message.current?.focus());
    });
  const decline = () =>
    offerUndo(text('request.declined', { name }), {
      undo: people.decline(request.id),
      commit: () => client.request('friendDecline', { user: request.id }),
    });
  return (
    <li className={classNames(frame.card, styles.request)}>
      <Avatar id={request.id} icon={request.icon} name={name} />
      <div className={styles.said}>
        <p className={styles.line}>
          <a href={formatRoute({ section: 'contacts', person: request.id })} className={styles.name}>
            <bdi>{name}</bdi>
          </a>
          <time className={styles.time}>{formats.brief(request.at, now)}</time>
        </p>
        {request.note !== '' && (
          <p className={styles.note} dir="auto">
            {request.note}
          </p>
        )}
        {failure && (
          <p role="alert" className={frame.failure}>
            {failure}
          </p>
        )}
        {isWaiting(request) ? (
          <div className={styles.buttons}>
            <Button small disabled={busy} onClick={accept}>
              {text('request.accept')}
            </Button>
            <Button small look="quiet" disabled={busy} onClick={decline}>
              {text('request.decline')}
            </Button>
          </div>
        ) : (
          <p className={styles.state}>{text(`request.state.${request.state}`)}</p>
        )}
        {request.state === 'accepted' && friend && (
          <div className={styles.buttons}>
            <Button
              small
              ref={message}
              onClick={() => navigate({ section: 'chats', conversation: friend.conversation })}
            >
              <MessageCircle size={16} aria-hidden />
              {text('person.message')}
            </Button>
          </div>
        )}
      </div>
    </li>
  );
}
