import type { Answers } from '@berth/wire';
import { useEffect, useState } from 'react';
import { useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { useTask } from '../shell/use-task.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { ChoiceGroup } from './choice-group.tsx';
import styles from './settings.module.css';

type AddedBy = NonNullable<Answers['profile']['addable']>;

/** Who may add this user to groups; nothing while it is not known. */
export function AddedByChoice() {
  const text = useText();
  const notice = useNotice();
  const { client } = useWorkspace();
  const [addedBy, setAddedBy] = useState<AddedBy>();
  const { failure, run } = useTask();
  useEffect(() => {
    let isShown = true;
    client.request('profile', {}).then(
      ({ addable, addedBy: known }) => isShown && setAddedBy(addable ?? known),
      () => undefined,
    );
    return () => {
      isShown = false;
    };
  }, [client]);
  const choose = (wanted: AddedBy) =>
    run(async () => {
      await client.request('profileUpdate', { addedBy: wanted });
      setAddedBy(wanted);
      notice(text('settings.saved'));
    });
  if (!addedBy) return null;
  return (
    <>
      <ChoiceGroup
        label={text('settings.addedBy')}
        value={addedBy}
        onChange={(wanted) => void choose(wanted)}
        choices={[
          { value: 'everybody', label: text('settings.addedBy.everybody') },
          { value: 'friends', label: text('settings.addedBy.friends') },
          { value: 'nobody', label: text('settings.addedBy.nobody') },
        ]}
      />
      {failure && (
        <p className={styles.soft} role="alert">
          {failure}
        </p>
      )}
    </>
  );
}
