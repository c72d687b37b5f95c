import type { Message } from '@berth/wire';
import { useEffect, useState } from 'react';
import { closedFor } from '../chats/closed-composer.tsx';
import { conversationName } from '../chats/conversation-name.ts';
import { matches } from '../chats/search.ts';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import choices from '../design/choice-list.module.css';
import { classNames } from '../design/class-names.ts';
import { Panel } from '../design/dialog.tsx';
import { CheckField, FieldForm } from '../design/field.tsx';
import { FilterField } from '../design/filter-field.tsx';
import popup from '../design/popup.module.css';
import { useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { useTask } from '../shell/use-task.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useActsText } from './acts-texts.ts';
import styles from './forward-dialog.module.css';

/** Chats shown at once; more are found by their names. */
const maxShown = 60;

/** Passes messages on, in their order, to one chat or several. */
export function ForwardDialog({
  messages,
  onDone,
  onClose,
}: {
  messages: readonly Message[];
  onDone?: () => void;
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
  const forward = () =>
    run(async () => {
      for (const conversation of to) for (const message of messages) client.forward(message, conversation);
      notice(say('forward.done'));
      onDone?.();
      onClose();
    });
  return (
    <Panel open onClose={onClose} title={say('forward.to')}>
      <FieldForm failure={failure} onSubmit={() => void forward()}>
        <FilterField label={say('forward.filter')} value={query} onChange={setQuery} />
        <fieldset className={classNames(choices.list, styles.chats)} aria-label={say('forward.to')}>
          {shown.length === 0 && <p className={choices.none}>{say('forward.none')}</p>}
          {shown.map(({ one, name }) => (
            <CheckField
              key={one.conversation}
              className={choices.choice}
              checked={to.has(one.conversation)}
              onChange={(checked) => setTo(toggled(to, one.conversation, checked))}
              label={
                <>
                  <Avatar
                    id={one.peer?.id ?? one.conversation}
                    icon={one.peer?.icon}
                    name={name}
                    size="small"
                    group={one.kind === 'group'}
                  />
                  <bdi className={choices.name}>{name}</bdi>
                </>
              }
            />
          ))}
        </fieldset>
        <div className={popup.buttons}>
          <Button type="submit" disabled={busy || to.size === 0 || messages.length === 0}>
            {say('forward.send', { count: messages.length })}
          </Button>
        </div>
      </FieldForm>
    </Panel>
  );
}

function toggled(set: ReadonlySet<number>, value: number, isIn: boolean): ReadonlySet<number> {
  const next = new Set(set);
  if (isIn) next.add(value);
  else next.delete(value);
  return next;
}
