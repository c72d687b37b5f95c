import type { Mention } from '@berth/client';
import { type KeyboardEvent, type RefObject, useId, useRef, useState } from 'react';
import { lazyPart } from '../shell/part.tsx';
import type { Conversation } from '../state/conversations.ts';
import type { MessageSource } from '../state/message-source.ts';
import type { Completion, CompletionHandle } from './completion.ts';
import { type TypedWord, typedWord } from './typed-word.ts';

const CompletionList = lazyPart(async () => (await import('./completion-list.tsx')).CompletionList, 'dialog');

/** Completes names after `@` and emoji after `:` in a field, by the keyboard or a press. */
export function useCompletion({
  field,
  conversation,
  timeline,
  change,
  below = false,
}: {
  field: RefObject<HTMLTextAreaElement | null>;
  conversation: Conversation;
  timeline: MessageSource;
  change: (text: string, added?: Mention) => void;
  /** Where it is offered: below the field, else above it. */
  below?: boolean;
}) {
  const [typed, setTyped] = useState<TypedWord>();
  /** The option that the keys are at. */
  const [active, setActive] = useState<string>();
  const list = useRef<CompletionHandle>(null);
  const listId = useId();
  const close = () => {
    setTyped(undefined);
    setActive(undefined);
  };
  const complete = ({ text, user }: Completion, end = typed!.at + typed!.word.length + 1) => {
    const area = field.current!;
    const { at } = typed!;
    area.focus();
    area.setRangeText(`${text} `, at, end, 'end');
    close();
    change(area.value, user === undefined ? undefined : { user, at, length: text.length });
  };
  /** To be called when the text or the cursor has moved. */
  const look = () => {
    const { value, selectionStart, selectionEnd } = field.current!;
    if (typed?.sign === ':' && value.slice(typed.at, selectionEnd) === `:${typed.word}:`) {
      list.current?.chooseExact(selectionEnd);
    }
    const next = selectionStart === selectionEnd ? typedWord(value, selectionStart) : undefined;
    if (next === undefined) close();
    else if (next.at !== typed?.at || next.word !== typed.word || next.sign !== typed.sign) setTyped(next);
  };
  return {
    look,
    /** Whether the key was for the list. */
    onKeyDown: ({ key, nativeEvent }: KeyboardEvent): boolean => {
      if (typed === undefined || nativeEvent.isComposing) return false;
      if (key === 'Escape') {
        const had = active !== undefined;
        close();
        return had;
      }
      if (key === 'ArrowDown') return list.current?.move(1) ?? false;
      if (key === 'ArrowUp') return list.current?.move(-1) ?? false;
      if (key === 'Enter' || key === 'Tab') return list.current?.choose() ?? false;
      return false;
    },
    attributes: {
      'aria-autocomplete': 'list' as const,
      ...(active !== undefined && { 'aria-controls': listId, 'aria-activedescendant': active }),
    },
    popup: typed && (
      <CompletionList
        id={listId}
        typed={typed}
        conversation={conversation}
        timeline={timeline}
        below={below}
        handle={list}
        onActive={setActive}
        onChoose={complete}
        onClose={close}
      />
    ),
  };
}
