import { useState } from 'react';
import { checkNick } from '../accounts/field-rules.ts';
import { Avatar } from '../design/avatar.tsx';
import { Button } from '../design/button.tsx';
import { FieldForm, TextField } from '../design/field.tsx';
import popup from '../design/popup.module.css';
import { ChangePicture } from '../files/change-picture.tsx';
import { fileOfIcon } from '../files/face.tsx';
import { useText } from '../i18n/language.tsx';
import { useNotice } from '../shell/notices.tsx';
import { useTask } from '../shell/use-task.ts';
import { useCell } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { AddedByChoice } from './added-by-choice.tsx';
import styles from './settings.module.css';
import { SettingsFrame } from './settings-frame.tsx';

const longestDescription = 255;

/** How others see this user. */
export function ProfilePage() {
  const text = useText();
  const notice = useNotice();
  const { account, client, profile: cell } = useWorkspace();
  const profile = useCell(cell);
  const [edited, setEdited] = useState<{ nick?: string; description?: string }>({});
  const nick = edited.nick ?? (profile?.nick || account.nick || account.name);
  const description = edited.description ?? profile?.description ?? '';
  const problem = checkNick(nick);
  const { busy, failure, run } = useTask();
  const save = async () => {
    if (problem) return;
    await run(async () => {
      const { user } = await client.request('profileUpdate', {
        nick: nick.trim(),
        description: description.trim(),
      });
      cell.value = user;
      setEdited({});
      notice(text('settings.saved'));
    });
  };
  return (
    <SettingsFrame title={text('settings.profile')}>
      <div className={styles.picture}>
        <Avatar id={account.id} name={nick} size="large" />
        <ChangePicture
          has={fileOfIcon(profile?.icon) !== undefined}
          shape="round"
          onChange={async (file) => {
            const icon = file === undefined ? '' : `file:${file}`;
            const { user } = await client.request('profileUpdate', { icon });
            cell.value = user;
            notice(text('settings.saved'));
          }}
        />
      </div>
      <FieldForm failure={failure} onSubmit={save} className={styles.block}>
        <TextField
          label={text('settings.nick')}
          name="nick"
          autoComplete="nickname"
          maxLength={80}
          value={nick}
          onChange={(next) => setEdited({ ...edited, nick: next })}
          problem={problem && text(problem)}
        />
        <TextField
          label={text('settings.description')}
          name="description"
          rows={3}
          maxLength={longestDescription}
          value={description}
          onChange={(next) => setEdited({ ...edited, description: next })}
          hint={text('settings.description.hint', { count: longestDescription - description.length })}
        />
        <dl className={styles.facts}>
          <div>
            <dt>{text('person.name')}</dt>
            <dd>{account.name}</dd>
          </div>
          <div>
            <dt>{text('person.id')}</dt>
            <dd>{`${account.id}`}</dd>
          </div>
          <div>
            <dt>{text('settings.email')}</dt>
            <dd>{account.email}</dd>
          </div>
        </dl>
        <div className={popup.buttons}>
          <Button type="submit" disabled={busy}>
            {text('action.save')}
          </Button>
        </div>
      </FieldForm>
      <AddedByChoice />
    </SettingsFrame>
  );
}
