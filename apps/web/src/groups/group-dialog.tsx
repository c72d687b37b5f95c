import { useState } from 'react';
import { checkShown } from '../accounts/field-rules.ts';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { FieldForm, TextField } from '../design/field.tsx';
import popup from '../design/popup.module.css';
import { useText } from '../i18n/language.tsx';
import { navigate } from '../shell/route.ts';
import { useTask } from '../shell/use-task.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { FriendPicker } from './friend-picker.tsx';
import { useGroupText } from './group-texts.ts';
import { newCid } from './new-cid.ts';

/** Creates a group of some friends. */
export function GroupDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const say = useGroupText();
  const { client, conversations } = useWorkspace();
  const [title, setTitle] = useState('');
  const [touched, setTouched] = useState(false);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  // The same for every try, so that a repeated one makes no second group.
  const [cid] = useState(newCid);
  const { busy, failure, run } = useTask();
  const wrong = checkShown(title);
  const problem = wrong && text(wrong);
  const create = async () => {
    setTouched(true);
    if (problem) return;
    await run(async () => {
      const { conversation } = await client.request('groupCreate', {
        cid,
        title: title.trim(),
        members: [...chosen],
      });
      conversations.touch(conversation.conversation, client.now());
      conversations.replace([conversation]);
      onClose();
      navigate({ section: 'chats', conversation: conversation.conversation });
    });
  };
  return (
    <Panel open onClose={onClose} title={say('new')}>
      <FieldForm failure={failure} onSubmit={create}>
        <TextField
          label={say('title')}
          autoFocus
          maxLength={128}
          value={title}
          onChange={(next) => {
            setTouched(true);
            setTitle(next);
          }}
          problem={touched ? problem : undefined}
        />
        <FriendPicker chosen={chosen} onChange={setChosen} />
        <div className={popup.buttons}>
          <Button type="submit" disabled={busy}>
            {say('create')}
          </Button>
        </div>
      </FieldForm>
    </Panel>
  );
}
