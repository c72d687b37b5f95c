/** What a key may ask for, wherever on the page one is. */
export type Shortcut =
  | 'palette'
  | 'keys'
  | 'next'
  | 'previous'
  | 'nextUnread'
  | 'previousUnread'
  | 'undo'
  | 'back';

interface Key {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  isComposing: boolean;
}

/** `isWriting`: the keyboard is in a field, where plain keys are what they say. */
export function shortcutOf(
  { key, ctrlKey, metaKey, altKey, shiftKey, isComposing }: Key,
  isWriting: boolean,
): Shortcut | undefined {
  if (isComposing) return undefined;
  const command = (ctrlKey || metaKey) && !altKey;
  if (command && !shiftKey && key.toLowerCase() === 'k') return 'palette';
  if (command && key === '/') return 'keys';
  if (command && !shiftKey && key.toLowerCase() === 'z') return isWriting ? undefined : 'undo';
  if (altKey && !ctrlKey && !metaKey) {
    if (key === 'ArrowDown') return shiftKey ? 'nextUnread' : 'next';
    if (key === 'ArrowUp') return shiftKey ? 'previousUnread' : 'previous';
  }
  if (ctrlKey || metaKey || altKey) return undefined;
  if (key === '?' && !isWriting) return 'keys';
  return key === 'Escape' && !shiftKey ? 'back' : undefined;
}
