import { BerthError, everybody, type Mention } from '@berth/client';
import type { Scheduled } from '@berth/wire';
import { Pencil, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, IconButton } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { FieldForm, TextField } from '../design/field.tsx';
import { passFocus } from '../design/pass-focus.ts';
import popup from '../design/popup.module.css';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { useTask } from '../shell/use-task.ts';
import { useUndo } from '../shell/use-undo.ts';
import type { Conversation } from '../state/conversations.ts';
import { trimmedWords } from '../state/mention-ranges.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useActsText } from './acts-texts.ts';
import styles from './later-dialog.module.css';
import { LaterField } from './later-field.tsx';
import { useScheduled } from './use-scheduled.ts';
import { useTried } from './use-tried.ts';

const hourMs = 3_600_000;

/** Has a message sent at a time of one's choice, and shows what waits for its own. */
export function LaterDialog({ place, onClose }: { place: Conversation; onClose: () => void }) {
  const { conversation } = place;
  const say = useActsText();
  const formats = useFormats();
  const notice = useNotice();
  const tried = useTried();
  const offerUndo = useUndo();
  const { client, drafts } = useWorkspace();
  const { all, put } = useScheduled(conversation);
  const { run, failure, busy } = useTask();
  const [draft] = useState(() => drafts.get(conversation));
  const [text, setText] = useState(draft?.text ?? '');
  const [mentions, setMentions] = useState<readonly Mention[]>(draft?.mentions ?? []);
  const [when, setWhen] = useState(() => localTime(client.now() + hourMs));
  const [edited, setEdited] = useState<Scheduled>();
  const [replyTo, setReplyTo] = useState(draft?.replyTo);
  const [problem, setProblem] = useState<string>();
  const save = () => {
    const at = new Date(when).getTime();
    if (text.trim() === '' || Number.isNaN(at)) return setProblem(say('later.empty'));
    void run(async () => {
      const { text: said, mentions: meant } = trimmedWords(text, mentions);
      if (edited) {
        const { cid, replyTo: repliedTo } = edited;
        const body = {
          ...{ conversation, cid, text: said, at },
          ...(repliedTo !== undefined && { replyTo: repliedTo }),
          ...(meant.length > 0 && { mentions: [...meant] }),
        };
        put(cid, (await client.request('scheduleEdit', body)).scheduled);
      } else {
        const scheduled = await client.schedule(conversation, said, at, {
          ...(replyTo !== undefined && { replyTo }),
          mentions: meant,
        });
        setReplyTo(undefined);
        put(scheduled.cid, scheduled);
        // What was typed is on its way.
        if (drafts.get(conversation)?.text.trim() === said) drafts.set(conversation, { text: '' });
      }
      notice(say('later.done', { time: formats.full(at) }));
      setEdited(undefined);
      setText('');
      setMentions([]);
    });
  };
  const edit = (one: Scheduled) => {
    setEdited(one);
    setText(one.text);
    setMentions(one.mentions ?? []);
    setWhen(localTime(Math.max(one.at, client.now() + hourMs / 60)));
  };
  const cancel = (one: Scheduled) => {
    const { cid, text: said, at, replyTo: repliedTo, mentions: meant = [], failed } = one;
    const take = async () => {
      await client.request('scheduleCancel', { conversation, cid });
      put(cid, undefined);
    };
    // What could not be sent has a time that is over: it is kept until nobody wants it back.
    if (failed !== undefined) {
      put(cid, undefined);
      offerUndo(say('later.cancelled'), { undo: () => put(cid, one), commit: take });
      return;
    }
    tried(take, say('later.cancelled'), async () => {
      const options = { mentions: meant, ...(repliedTo !== undefined && { replyTo: repliedTo }) };
      const again = await client.schedule(conversation, said, at, options);
      put(again.cid, again);
    });
  };
  return (
    <Panel open onClose={onClose} title={say('later')}>
      <FieldForm failure={problem ?? failure} onSubmit={save}>
        <LaterField
          conversation={place}
          value={text}
          mentions={mentions}
          onChange={(next, meant) => {
            setProblem(undefined);
            setMentions(meant);
            setText(next);
          }}
        />
        <TextField label={say('later.when')} type="datetime-local" value={when} onChange={setWhen} />
        <div className={popup.buttons}>
          <Button type="submit" disabled={busy}>
            {say(edited ? 'later.save' : 'later')}
          </Button>
        </div>
      </FieldForm>
      {all.length > 0 && (
        <section aria-label={say('later.list')}>
          <h3 className={styles.title}>{say('later.list')}</h3>
          <ul className={styles.list}>
            {all.map((one) => (
              <li key={one.cid} className={styles.item}>
                <div className={styles.words}>
                  <When scheduled={one} />
                  <Said scheduled={one} />
                </div>
                <IconButton label={say('later.edit')} onClick={() => edit(one)}>
                  <Pencil size={18} aria-hidden />
                </IconButton>
                <IconButton
                  label={say('later.cancel')}
                  onClick={(event) => {
                    passFocus(event.currentTarget);
                    cancel(one);
                  }}
                >
                  <X size={18} aria-hidden />
                </IconButton>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Panel>
  );
}

/** With the names that those whom it mentions have now. */
function Said({ scheduled }: { scheduled: Scheduled }) {
  const { people } = useWorkspace();
  const spoken = useObserved(people, (all) => all.spoken(scheduled));
  useEffect(() => {
    for (const { user } of scheduled.mentions ?? []) if (user !== everybody) people.want(user);
  }, [scheduled, people]);
  return <bdi className={styles.said}>{spoken}</bdi>;
}

function When({ scheduled: { at, failed } }: { scheduled: Scheduled }) {
  const text = useText();
  const say = useActsText();
  const formats = useFormats();
  if (failed === undefined) return <time className={styles.when}>{formats.full(at)}</time>;
  const why = errorText(new BerthError(failed), text, formats);
  return <span className={styles.failed}>{say('later.failed', { why })}</span>;
}

/** As `datetime-local` has it. */
function localTime(at: number): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
