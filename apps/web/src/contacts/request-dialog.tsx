import type { Profile } from '@berth/wire';
import { useState } from 'react';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { FieldForm, TextField } from '../design/field.tsx';
import popup from '../design/popup.module.css';
import { useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { useTask } from '../shell/use-task.ts';
import { nameOf } from '../state/people.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** Asks someone to be friends, with a note for them and an alias for oneself. */
export function RequestDialog({ person, onClose }: { person: Profile; onClose: () => void }) {
  const text = useText();
  const notice = useNotice();
  const workspace = useWorkspace();
  const { client, people } = workspace;
  const [note, setNote] = useState('');
  const [alias, setAlias] = useState('');
  const { busy, failure, run } = useTask();
  const send = async () => {
    const sent = await run(async () => {
      const asked = { user: person.id, note: note.trim(), alias: alias.trim() };
      const { state } = await workspace.befriend(() => client.request('friendRequest', asked));
      if (state === 'accepted') await people.load();
      else people.addRequest({ ...person, note, direction: 'outgoing', state, at: client.now() });
      notice(text(state === 'accepted' ? 'request.friends' : 'request.sent'));
    });
    if (sent) onClose();
  };
  return (
    <Panel open onClose={onClose} title={text('request.title')}>
      <p className={popup.text}>{text('request.to', { name: nameOf(person) })}</p>
      <FieldForm failure={failure} onSubmit={send}>
        <TextField
          label={text('request.note')}
          hint={text('request.note.hint')}
          rows={3}
          maxLength={255}
          value={note}
          onChange={setNote}
        />
        <TextField
          label={text('request.alias')}
          hint={text('person.alias.hint')}
          maxLength={64}
          value={alias}
          onChange={setAlias}
        />
        <div className={popup.buttons}>
          <Button type="submit" disabled={busy}>
            {text('request.send')}
          </Button>
        </div>
      </FieldForm>
    </Panel>
  );
}
