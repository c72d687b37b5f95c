import { useMemo } from 'react';
import type { CompletionOption } from './completion.ts';
import styles from './completion-list.module.css';
import { emojis } from './emoji.ts';
import { useEmojiHabits } from './emoji-habits.ts';
import { findEmojiNamed } from './emoji-search.ts';

const maxShown = 8;

/** Emoji whose names begin as what was typed. */
export function useEmojiCompletions(typed: string): readonly CompletionOption[] {
  const { toned } = useEmojiHabits();
  const found = useMemo(() => findEmojiNamed(emojis, typed, maxShown), [typed]);
  return found.map((one): CompletionOption => {
    const emoji = toned(one);
    const name = one.names.find((each) => each.startsWith(typed.toLowerCase())) ?? one.names[0];
    return {
      key: one.emoji,
      text: emoji,
      isExact: one.names.includes(typed.toLowerCase()),
      shown: (
        <>
          <span className={styles.emoji} aria-hidden>
            {emoji}
          </span>
          <span className={styles.name}>{`:${name}:`}</span>
        </>
      ),
    };
  });
}
