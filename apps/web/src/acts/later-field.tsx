import type { Mention } from '@berth/client';
import { type Ref, useRef } from 'react';
import { useCompletion } from '../chats/use-completion.tsx';
import { TextField } from '../design/field.tsx';
import type { Conversation } from '../state/conversations.ts';
import { changedMentions } from '../state/mention-ranges.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useActsText } from './acts-texts.ts';
import styles from './later-dialog.module.css';

/** The words that are sent later, and whom they mean. */
export function LaterField({
  conversation,
  value,
  mentions,
  onChange,
}: {
  conversation: Conversation;
  value: string;
  mentions: readonly Mention[];
  onChange: (value: string, mentions: readonly Mention[]) => void;
}) {
  const say = useActsText();
  const workspace = useWorkspace();
  const field = useRef<HTMLTextAreaElement>(null);
  const timeline = workspace.timeline(conversation.conversation)!;
  const change = (next: string, added?: Mention) =>
    onChange(next, changedMentions(mentions, value, next, added));
  const completion = useCompletion({ field, conversation, timeline, change, below: true });
  return (
    <div className={styles.field}>
      <TextField
        // It is one of several lines.
        ref={field as unknown as Ref<HTMLInputElement>}
        label={say('later.text')}
        value={value}
        rows={3}
        {...completion.attributes}
        onChange={(next) => {
          change(next);
          completion.look();
        }}
        onSelect={completion.look}
        onKeyDown={(event) => {
          if (!completion.onKeyDown(event)) return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {completion.popup}
    </div>
  );
}
