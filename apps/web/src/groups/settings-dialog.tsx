import type { GroupSettings } from '@berth/wire';
import { countCharacters, isShowable, textLimits, tidy } from '@berth/wire/text-rules';
import { useState } from 'react';
import { Button } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { CheckField, FieldForm, TextField } from '../design/field.tsx';
import popup from '../design/popup.module.css';
import { SelectField } from '../design/select-field.tsx';
import { useText } from '../i18n/language.tsx';
import { useTask } from '../shell/use-task.ts';
import type { Conversation } from '../state/conversations.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { type GroupText, useGroupText } from './group-texts.ts';
import styles from './groups.module.css';

const none: GroupSettings = {
  ...{ topic: '', about: '', announcements: false, slowMs: 0, open: false },
  history: 'join',
};
const histories: readonly GroupSettings['history'][] = ['join', 'beginning'];
const slowSteps = [0, 10, 30, 60, 300, 900, 3_600, 21_600].map((seconds) => seconds * 1_000);

function settingsOf({ settings }: Conversation): GroupSettings {
  const { seq: _, ...set } = { seq: 0, ...settings };
  return { ...none, ...set };
}

/** What admins set of a group: what it is about, and who writes how often. */
export function SettingsDialog({
  conversation,
  onClose,
}: {
  conversation: Conversation;
  onClose: () => void;
}) {
  const text = useText();
  const say = useGroupText();
  const { client, conversations } = useWorkspace();
  const { conversation: id } = conversation;
  const [before] = useState<GroupSettings>(() => settingsOf(conversation));
  const [wanted, setWanted] = useState(before);
  const { busy, failure, run } = useTask();
  const set = (change: Partial<GroupSettings>) => setWanted((last) => ({ ...last, ...change }));
  const topic = tidy(wanted.topic);
  const about = tidy(wanted.about);
  const topicProblem = topic !== '' && !isShowable(topic) ? text('field.hidden') : undefined;
  const aboutProblem =
    countCharacters(about) > textLimits.about ? say('about.long', { count: textLimits.about }) : undefined;
  const save = async () => {
    if (topicProblem || aboutProblem) return;
    const after = Object.entries({ ...wanted, topic, about });
    const changed = Object.fromEntries(
      after.filter(([name, value]) => value !== before[name as keyof GroupSettings]),
    );
    const isSaved = await run(async () => {
      if (Object.keys(changed).length === 0) return;
      await client.request('groupSettings', { conversation: id, ...changed });
      void conversations.fetch(id);
    });
    if (isSaved) onClose();
  };
  return (
    <Panel open onClose={onClose} title={say('settings.title')}>
      <FieldForm failure={failure} onSubmit={save}>
        <TextField
          label={say('topic')}
          hint={say('topic.hint')}
          maxLength={textLimits.topic}
          value={wanted.topic}
          onChange={(next) => set({ topic: next })}
          problem={topicProblem}
        />
        <TextField
          label={say('about')}
          rows={3}
          value={wanted.about}
          onChange={(next) => set({ about: next })}
          problem={aboutProblem}
        />
        <CheckField
          checked={wanted.announcements}
          onChange={(next) => set({ announcements: next })}
          label={
            <span className={styles.setting}>
              {say('announcements')}
              <span className={styles.soft}>{say('announcements.hint')}</span>
            </span>
          }
        />
        <SelectField
          label={say('slow')}
          value={wanted.slowMs}
          choices={[...new Set([...slowSteps, before.slowMs])].sort((a, b) => a - b)}
          onChange={(slowMs) => set({ slowMs })}
          say={(step) => slowText(step, say)}
        />
        <SelectField
          label={say('history')}
          value={wanted.history}
          choices={histories}
          onChange={(history) => set({ history })}
          say={(history) => say(`history.${history}`)}
        />
        {conversation.role === 'owner' && (
          <CheckField
            checked={wanted.open}
            onChange={(next) => set({ open: next })}
            label={
              <span className={styles.setting}>
                {say('open')}
                <span className={styles.soft}>{say('open.hint')}</span>
              </span>
            }
          />
        )}
        <div className={popup.buttons}>
          <Button type="submit" disabled={busy}>
            {text('action.save')}
          </Button>
        </div>
      </FieldForm>
    </Panel>
  );
}

function slowText(ms: number, say: GroupText): string {
  if (ms === 0) return say('slow.off');
  const seconds = Math.round(ms / 1_000);
  if (seconds % 3_600 === 0) return say('slow.hours', { count: seconds / 3_600 });
  if (seconds % 60 === 0) return say('slow.minutes', { count: seconds / 60 });
  return say('slow.seconds', { count: seconds });
}
