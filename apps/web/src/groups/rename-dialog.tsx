import { useState } from 'react';
import { checkShown } from '../accounts/field-rules.ts';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { FieldForm, TextField } from '../design/field.tsx';
import popup from '../design/popup.module.css';
import { useText } from '../i18n/language.tsx';
import { useTask } from '../shell/use-task.ts';
import type { Conversation } from '../state/conversations.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useGroupText } from './group-texts.ts';

export function RenameDialog({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const text = useText();
  const say = useGroupText();
  const { client, conversations } = useWorkspace();
  const [title, setTitle] = useState(conversation.title);
  const { busy, failure, run } = useTask();
  const wrong = checkShown(title);
  const problem = wrong && text(wrong);
  const rename = async () => {
    if (problem) return;
    const renamed = await run(async () => {
      const id = conversation.conversation;
      await client.request('groupRename', { conversation: id, title: title.trim() });
      conversations.patch(id, { title: title.trim() });
    });
    if (renamed) onClose();
  };
  return (
    <Panel open onClose={onClose} title={say('rename')}>
      <FieldForm failure={failure} onSubmit={rename}>
        <TextField label={say('title')} maxLength={128} value={title} onChange={setTitle} problem={problem} />
        <div className={popup.buttons}>
          <Button type="submit" disabled={busy}>
            {text('action.save')}
          </Button>
        </div>
      </FieldForm>
    </Panel>
  );
}
