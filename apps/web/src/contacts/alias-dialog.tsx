import type { Friend } from '@berth/wire';
import { useState } from 'react';
import { checkShown } from '../accounts/field-rules.ts';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { FieldForm, TextField } from '../design/field.tsx';
import popup from '../design/popup.module.css';
import { useText } from '../i18n/language.tsx';
import { useTask } from '../shell/use-task.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** Calls a friend something else, for oneself alone. */
export function AliasDialog({
  friend,
  onClose,
}: {
  friend: Pick<Friend, 'id' | 'alias'>;
  onClose: () => void;
}) {
  const text = useText();
  const { client, people } = useWorkspace();
  const [alias, setAlias] = useState(friend.alias);
  const { busy, failure, run } = useTask();
  const problem = alias.trim() === '' ? undefined : checkShown(alias);
  const save = async () => {
    if (problem) return;
    const saved = await run(async () => {
      await client.request('friendAlias', { user: friend.id, alias: alias.trim() });
      people.setAlias(friend.id, alias.trim());
    });
    if (saved) onClose();
  };
  return (
    <Panel open onClose={onClose} title={text('person.alias.edit')}>
      <FieldForm failure={failure} onSubmit={save}>
        <TextField
          label={text('person.alias')}
          hint={text('person.alias.hint')}
          maxLength={64}
          value={alias}
          onChange={setAlias}
          problem={problem && text(problem)}
        />
        <div className={popup.buttons}>
          <Button type="submit" disabled={busy}>
            {text('action.save')}
          </Button>
        </div>
      </FieldForm>
    </Panel>
  );
}
