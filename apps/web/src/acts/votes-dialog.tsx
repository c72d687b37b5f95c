import type { Poll } from '@berth/wire';
import { useCallback } from 'react';
import details from '../chats/details.module.css';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { usePages } from '../shell/use-pages.ts';
import { nameOf } from '../state/people.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useActsText } from './acts-texts.ts';

/** Who chose what in a poll. */
export function VotesDialog({
  conversation,
  seq,
  poll,
  onClose,
}: {
  conversation: number;
  seq: number;
  poll: Poll;
  onClose: () => void;
}) {
  const say = useActsText();
  const { client, people } = useWorkspace();
  const ask = useCallback(
    async (from: { cursor?: string }) => {
      const page = await client.request('votes', { conversation, target: seq, limit: 100, ...from });
      people.learn(page.votes.map(({ user }) => user));
      return { items: page.votes, cursor: page.cursor };
    },
    [client, people, conversation, seq],
  );
  const { items: votes, failure, busy, more } = usePages(ask);
  return (
    <Panel open onClose={onClose} title={say('poll.who')}>
      {failure && <p role="alert">{failure}</p>}
      {votes?.length === 0 && <p className={details.none}>{say('poll.who.none')}</p>}
      <ul className={details.list}>
        {votes?.map(({ option, user }) => (
          <li key={`${option} ${user.id}`} className={details.person}>
            <Avatar id={user.id} name={nameOf(user)} size="small" />
            <bdi className={details.name}>{nameOf(people.profile(user.id) ?? user)}</bdi>
            <bdi className={details.name}>{poll.options[option]}</bdi>
          </li>
        ))}
      </ul>
      {more && (
        <Button look="quiet" disabled={busy} onClick={more}>
          {say('more')}
        </Button>
      )}
    </Panel>
  );
}
