import type { Mention } from '@berth/client';
import { Pencil, X } from 'lucide-react';
import { useRef, useState } from 'react';
import { IconButton } from '../design/button.tsx';
import { useText } from '../i18n/language.tsx';
import { trimmedWords } from '../state/mention-ranges.ts';
import type { MessageSource } from '../state/message-source.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './composer.module.css';

/** Messages looked at from the end on for the last message of one's own. */
const maxLooked = 200;

/** The message that the composer changes, beside the draft of what is not sent yet. */
export function useEditing(timeline: MessageSource, focus: () => void) {
  const { client, me } = useWorkspace();
  const [edited, setEdited] = useState<{
    seq: number;
    text: string;
    mentions: readonly Mention[];
  }>();
  const saving = useRef(false);
  const begin = (seq: number): boolean => {
    const message = timeline.get(seq);
    if (!message || message.recalledBy !== undefined || message.forwarded || message.poll) return false;
    setEdited({ seq, text: message.text, mentions: message.mentions ?? [] });
    return true;
  };
  const end = () => {
    setEdited(undefined);
    focus();
  };
  return {
    seq: edited?.seq,
    text: edited?.text,
    mentions: edited?.mentions,
    begin,
    end,
    /** The last message of one's own that may still be edited; false when there is none. */
    beginLast: (): boolean => {
      const { editMs } = client.changing;
      for (const message of timeline.newestMessages(maxLooked).reverse()) {
        if (
          message.sender !== me ||
          message.kind !== undefined ||
          message.recalledBy !== undefined ||
          message.forwarded ||
          message.poll
        )
          continue;
        return client.now() - message.sentAt < editMs && begin(message.seq);
      }
      return false;
    },
    change: (text: string, mentions: readonly Mention[]) =>
      setEdited((before) => before && { ...before, text, mentions }),
    save: async (): Promise<void> => {
      const { text, mentions } = trimmedWords(edited!.text, edited!.mentions);
      const message = timeline.get(edited!.seq);
      const isSame = text === message?.text && mentions.length === (message.mentions?.length ?? 0);
      // Who presses Enter twice means it once.
      if (saving.current) return;
      saving.current = true;
      try {
        if (!isSame) await client.edit(timeline.conversation, edited!.seq, text, { mentions });
      } finally {
        saving.current = false;
      }
      end();
    },
  };
}

export function EditingLine({ onCancel }: { onCancel: () => void }) {
  const text = useText();
  return (
    <div className={styles.reply}>
      <Pencil size={16} aria-hidden />
      <span className={styles.replied}>
        <span className={styles.replyName}>{text('change.editing')}</span>
      </span>
      <IconButton label={text('change.edit.cancel')} onClick={onCancel}>
        <X size={18} aria-hidden />
      </IconButton>
    </div>
  );
}
