import { type Ref, useEffect, useImperativeHandle, useState } from 'react';
import { classNames } from '../design/class-names.ts';
import popup from '../design/popup.module.css';
import { useText } from '../i18n/language.tsx';
import type { Conversation } from '../state/conversations.ts';
import type { MessageSource } from '../state/message-source.ts';
import type { Completion, CompletionHandle, CompletionOption } from './completion.ts';
import styles from './completion-list.module.css';
import { useEmojiHabits } from './emoji-habits.ts';
import type { TypedWord } from './typed-word.ts';
import { useEmojiCompletions } from './use-emoji-completions.tsx';
import { usePeopleCompletions } from './use-people-completions.tsx';
import { useWritingText } from './writing-texts.ts';

interface CompletionListProps {
  id: string;
  typed: TypedWord;
  conversation: Conversation;
  timeline: MessageSource;
  below: boolean;
  handle: Ref<CompletionHandle>;
  onActive: (id: string | undefined) => void;
  onChoose: (completion: Completion, end?: number) => void;
  onClose: () => void;
}

/** What the word before the cursor may become; the keys are those of the field. */
export function CompletionList(props: CompletionListProps) {
  return props.typed.sign === '@' ? <PeopleList {...props} /> : <EmojiList {...props} />;
}

function PeopleList(props: CompletionListProps) {
  const { typed, conversation, timeline } = props;
  const options = usePeopleCompletions(typed.word, conversation, timeline);
  return <Options {...props} options={options} label={useWritingText()('mention.people')} />;
}

function EmojiList(props: CompletionListProps) {
  const options = useEmojiCompletions(props.typed.word);
  const { used } = useEmojiHabits();
  const choose = (completion: Completion, end?: number) => {
    used(completion.text);
    props.onChoose(completion, end);
  };
  return <Options {...props} onChoose={choose} options={options} label={useText()('talk.emoji')} />;
}

function Options({
  id,
  handle,
  onActive,
  onChoose,
  options,
  label,
  below,
}: CompletionListProps & { options: readonly CompletionOption[]; label: string }) {
  const [chosen, setChosen] = useState<string>();
  const index = Math.max(
    0,
    options.findIndex(({ key }) => key === chosen),
  );
  const at = options[index];
  const idOf = (key: string) => `${id}-${key}`;
  const active = at && idOf(at.key);
  useEffect(() => {
    onActive(active);
    if (active !== undefined) document.getElementById(active)?.scrollIntoView({ block: 'nearest' });
  }, [active, onActive]);
  useImperativeHandle(handle, () => ({
    move: (by) => {
      if (!at) return false;
      setChosen(options[(index + by + options.length) % options.length]!.key);
      return true;
    },
    choose: () => {
      if (at) onChoose(at);
      return at !== undefined;
    },
    chooseExact: (end) => {
      const exact = options.find(({ isExact }) => isExact);
      if (exact) onChoose(exact, end);
    },
  }));
  if (!at) return null;
  return (
    <div className={classNames(styles.place, below && styles.below)}>
      <div id={id} role="listbox" aria-label={label} className={classNames(popup.popup, styles.list)}>
        {options.map((option) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field, which says which option is active
          <div
            key={option.key}
            id={idOf(option.key)}
            role="option"
            aria-selected={option === at}
            className={classNames(popup.item, styles.option)}
            data-highlighted={option === at ? '' : undefined}
            // The field keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onChoose(option)}
          >
            {option.shown}
          </div>
        ))}
      </div>
    </div>
  );
}
