import { BerthError } from '@berth/client';
import type { Scheduled } from '@berth/wire';
import { Pencil, X } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { FieldForm, TextField } from '../design/field.tsx';
import popup from '../design/popup.module.css';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { useTask } from '../shell/use-task.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useActsText } from './acts-texts.ts';
import styles from './later-dialog.module.css';
import { useScheduled } from './use-scheduled.ts';
import { useTried } from './use-tried.ts';

const hourMs = 3_600_000;

/** Has a message sent at a time of one's choice, and shows what waits for its own. */
export function LaterDialog({ conversation, onClose }: { conversation: number; onClose: () => void }) {
  const say = useActsText();
  const formats = useFormats();
  const notice = useNotice();
  const tried = useTried();
  const { client, drafts } = useWorkspace();
  const { all, put } = useScheduled(conversation);
  const { run, failure, busy } = useTask();
  const [draft] = useState(() => drafts.get(conversation));
  const [text, setText] = useState(draft?.text ?? '');
  const [when, setWhen] = useState(() => localTime(client.now() + hourMs));
  const [edited, setEdited] = useState<Scheduled>();
  const [problem, setProblem] = useState<string>();
  const save = () => {
    const at = new Date(when).getTime();
    if (text.trim() === '' || Number.isNaN(at)) return setProblem(say('later.empty'));
    void run(async () => {
      const said = text.trim();
      if (edited) {
        const { cid, replyTo } = edited;
        const body = { conversation, cid, text: said, at, ...(replyTo !== undefined && { replyTo }) };
        put(cid, (await client.request('scheduleEdit', body)).scheduled);
      } else {
        const reply = draft?.replyTo === undefined ? {} : { replyTo: draft.replyTo };
        const scheduled = await client.schedule(conversation, said, at, reply);
        put(scheduled.cid, scheduled);
        // What was typed is on its way.
        if (drafts.get(conversation)?.text.trim() === said) drafts.set(conversation, { text: '' });
      }
      notice(say('later.done', { time: formats.full(at) }));
      setEdited(undefined);
      setText('');
    });
  };
  const edit = (one: Scheduled) => {
    setEdited(one);
    setText(one.text);
    setWhen(localTime(Math.max(one.at, client.now() + hourMs / 60)));
  };
  const cancel = (one: Scheduled) =>
    tried(async () => {
      await client.request('scheduleCancel', { conversation, cid: one.cid });
      put(one.cid, undefined);
    }, say('later.cancelled'));
  return (
    <Panel open onClose={onClose} title={say('later')}>
      <FieldForm failure={problem ?? failure} onSubmit={save}>
        <TextField
          label={say('later.text')}
          value={text}
          rows={3}
          onChange={(next) => {
            setProblem(undefined);
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
                  <bdi className={styles.said}>{one.text}</bdi>
                </div>
                <IconButton label={say('later.edit')} onClick={() => edit(one)}>
                  <Pencil size={18} aria-hidden />
                </IconButton>
                <IconButton label={say('later.cancel')} onClick={() => cancel(one)}>
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
