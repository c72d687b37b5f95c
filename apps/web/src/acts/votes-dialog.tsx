import type { Poll, Profile } from '@berth/wire';
import { useCallback, useEffect, useState } from 'react';
import details from '../chats/details.module.css';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { useTask } from '../shell/use-task.ts';
import { nameOf } from '../state/people.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useActsText } from './acts-texts.ts';

interface Vote {
  option: number;
  user: Profile;
}

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
  const { run, failure, busy } = useTask();
  const [votes, setVotes] = useState<Vote[]>();
  const [cursor, setCursor] = useState<string>();
  const load = useCallback(
    async (from?: string) => {
      const page = await client.request('votes', {
        ...{ conversation, target: seq, limit: 100 },
        ...(from !== undefined && { cursor: from }),
      });
      people.learn(page.votes.map(({ user }) => user));
      setVotes((before = []) => [...(from === undefined ? [] : before), ...page.votes]);
      setCursor(page.cursor);
    },
    [client, people, conversation, seq],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: once
  useEffect(() => void run(() => load()), [load]);
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
      {cursor !== undefined && (
        <Button look="quiet" disabled={busy} onClick={() => void run(() => load(cursor))}>
          {say('more')}
        </Button>
      )}
    </Panel>
  );
}
