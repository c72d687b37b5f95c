import { everybody } from '@berth/client';
import type { Profile } from '@berth/wire';
import { useEffect, useState } from 'react';
import { Avatar } from '../design/avatar.tsx';
import type { Conversation } from '../state/conversations.ts';
import type { MessageSource } from '../state/message-source.ts';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import type { CompletionOption } from './completion.ts';
import styles from './completion-list.module.css';
import { rankPeople } from './rank-people.ts';
import { useWritingText } from './writing-texts.ts';

const maxShown = 8;
/** Messages looked at for who wrote lately. */
const lately = 60;
/** Members looked at, by pages of the server's size. */
const maxMembers = 1_000;
const pageSize = 200;

/** Members whose names begin as what was typed, those who are closest first; everybody, for who may call them. */
export function usePeopleCompletions(
  typed: string,
  conversation: Conversation,
  timeline: MessageSource,
): readonly CompletionOption[] {
  const text = useWritingText();
  const { people, me } = useWorkspace();
  const members = useMembersAtHand(conversation);
  const recent = timeline
    .newestMessages(lately)
    .reverse()
    .map(({ sender }) => sender);
  // Another list whenever anything about people has changed.
  useObserved(people, (all) => all.friends);
  const candidates = [...new Set([...members, ...recent])]
    .filter((id) => id !== me)
    .flatMap((id) => people.friend(id) ?? people.profile(id) ?? []);
  const ranked = rankPeople(
    candidates,
    typed,
    { recent, isFriend: (user) => people.friend(user) !== undefined },
    maxShown,
  );
  const options = ranked.map(
    (person): CompletionOption => ({
      key: `${person.id}`,
      user: person.id,
      // By what they call themselves: an alias is nobody else's to see.
      text: `@${person.nick || person.name}`,
      shown: (
        <>
          <Avatar id={person.id} icon={person.icon} name={nameOf(person)} size="small" />
          <bdi className={styles.name}>{nameOf(person)}</bdi>
          <bdi className={styles.soft}>{person.name}</bdi>
        </>
      ),
    }),
  );
  const all = text('mention.all');
  const mayCallAll = conversation.kind === 'group' && conversation.role !== 'member';
  if (!mayCallAll || ![all, 'all'].some((word) => word.startsWith(typed.toLocaleLowerCase()))) return options;
  const everyone: CompletionOption = {
    key: 'all',
    user: everybody,
    text: `@${all}`,
    shown: (
      <>
        <bdi className={styles.name}>{`@${all}`}</bdi>
        <span className={styles.soft}>{text('mention.all.hint')}</span>
      </>
    ),
  };
  return typed === '' ? [...options, everyone] : [everyone, ...options];
}

/** The other one of a direct conversation; of a group the first members, as many as are looked at. */
function useMembersAtHand({ conversation, kind, peer }: Conversation): readonly number[] {
  const { client, people } = useWorkspace();
  const [members, setMembers] = useState<readonly number[]>(peer ? [peer.id] : []);
  useEffect(() => {
    if (kind !== 'group') {
      if (peer) people.learn([peer as Profile]);
      return;
    }
    const asking = new AbortController();
    const load = async () => {
      let found: number[] = [];
      for (let cursor: string | undefined; ; ) {
        const body = { conversation, limit: pageSize, ...(cursor !== undefined && { cursor }) };
        const page = await client.request('members', body, { signal: asking.signal });
        if (asking.signal.aborted) return;
        people.learn(page.members);
        found = [...found, ...page.members.map(({ id }) => id)];
        setMembers(found);
        cursor = page.cursor;
        if (cursor === undefined || found.length >= maxMembers) return;
      }
    };
    // Those who wrote lately are at hand all the same.
    load().catch(() => {});
    return () => asking.abort();
  }, [client, people, conversation, kind, peer]);
  return members;
}
