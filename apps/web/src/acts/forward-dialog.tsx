import type { Message } from '@berth/wire';
import { useEffect, useState } from 'react';
import { closedFor } from '../chats/closed-composer.tsx';
import { conversationName } from '../chats/conversation-name.ts';
import { matches } from '../chats/search.ts';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { CheckField, FieldForm } from '../design/field.tsx';
import { FilterField } from '../design/filter-field.tsx';
import popup from '../design/popup.module.css';
import { saidText } from '../files/summary.ts';
import { useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { useTask } from '../shell/use-task.ts';
import type { Timeline } from '../state/timeline.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useActsText } from './acts-texts.ts';
import styles from './forward-dialog.module.css';

/** Chats shown at once; more are found by their names. */
const maxShown = 60;
/** Messages before and behind the chosen one that may go along. */
const around = 10;
const longestPreview = 80;

/** Passes a message on, and others around it, to one chat or several. */
export function ForwardDialog({
  timeline,
  seq,
  onClose,
}: {
  timeline: Timeline;
  seq: number;
  onClose: () => void;
}) {
  const text = useText();
  const say = useActsText();
  const notice = useNotice();
  const workspace = useWorkspace();
  const { client, conversations } = workspace;
  const all = useObserved(conversations, (list) => list.sorted);
  const [query, setQuery] = useState('');
  const [to, setTo] = useState<ReadonlySet<number>>(new Set());
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set([seq]));
  const { busy, failure, run } = useTask();
  useEffect(() => {
    // What cannot be had now is left out.
    void conversations.loadMore().catch(() => {});
  }, [conversations]);
  const shown = all
    .filter((one) => !closedFor(one, one.mutedUntil > client.now() ? one.mutedUntil : undefined))
    .map((one) => ({ one, name: conversationName(one, workspace, text) }))
    .filter(({ one, name }) => to.has(one.conversation) || matches(query, [name, one.peer?.name]))
    .slice(0, maxShown);
  const others = neighbours(timeline, seq);
  const forward = () =>
    run(async () => {
      const messages = [...chosen].sort((one, other) => one - other).flatMap((at) => timeline.get(at) ?? []);
      for (const conversation of to) for (const message of messages) client.forward(message, conversation);
      notice(say('forward.done'));
      onClose();
    });
  return (
    <Panel open onClose={onClose} title={say('forward.to')}>
      <FieldForm failure={failure} onSubmit={() => void forward()}>
        <FilterField label={say('forward.filter')} value={query} onChange={setQuery} />
        <fieldset className={styles.list} aria-label={say('forward.to')}>
          {shown.length === 0 && <p className={styles.none}>{say('forward.none')}</p>}
          {shown.map(({ one, name }) => (
            <CheckField
              key={one.conversation}
              className={styles.row}
              checked={to.has(one.conversation)}
              onChange={(checked) => setTo(toggled(to, one.conversation, checked))}
              label={
                <>
                  <Avatar
                    id={one.peer?.id ?? one.conversation}
                    name={name}
                    size="small"
                    group={one.kind === 'group'}
                  />
                  <bdi className={styles.name}>{name}</bdi>
                </>
              }
            />
          ))}
        </fieldset>
        {others.length > 0 && (
          <details className={styles.others}>
            <summary>{say('forward.others')}</summary>
            <fieldset className={styles.list} aria-label={say('forward.others')}>
              {others.map((message) => (
                <CheckField
                  key={message.seq}
                  className={styles.row}
                  checked={chosen.has(message.seq)}
                  onChange={(checked) => setChosen(toggled(chosen, message.seq, checked))}
                  label={
                    <bdi className={styles.name}>
                      {saidText(message, text).slice(0, longestPreview).toWellFormed()}
                    </bdi>
                  }
                />
              ))}
            </fieldset>
          </details>
        )}
        <div className={popup.buttons}>
          <Button type="submit" disabled={busy || to.size === 0 || chosen.size === 0} focusableWhenDisabled>
            {say('forward.send', { count: chosen.size })}
          </Button>
        </div>
      </FieldForm>
    </Panel>
  );
}

/** The message itself among those around it that can be passed on. */
function neighbours(timeline: Timeline, seq: number): Message[] {
  const middle = timeline.indexOf(seq);
  const found: Message[] = [];
  for (
    let index = Math.max(0, middle - around);
    index <= Math.min(timeline.length - 1, middle + around);
    index++
  ) {
    const message = timeline.get(timeline.seqAt(index));
    if (message && message.kind === undefined && message.recalledBy === undefined) found.push(message);
  }
  return found;
}

function toggled(set: ReadonlySet<number>, value: number, isIn: boolean): ReadonlySet<number> {
  const next = new Set(set);
  if (isIn) next.add(value);
  else next.delete(value);
  return next;
}
