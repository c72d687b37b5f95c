interface Key {
  key: string;
  shiftKey: boolean;
  isComposing: boolean;
  keyCode: number;
}

/** What Safari reports for a key that an input method took, after the composition has ended. */
const takenByInputMethod = 229;

/** Whether a key sends: Enter alone, unless it chooses a word of an input method. */
export const sendsBy = ({ key, shiftKey, isComposing, keyCode }: Key): boolean =>
  key === 'Enter' && !shiftKey && !isComposing && keyCode !== takenByInputMethod;

/** Whether a key on a message, not on something within it, replies to that. */
export const asksToReply = (event: {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  target: unknown;
  currentTarget: unknown;
}): boolean =>
  event.key.toLowerCase() === 'r' &&
  !(event.ctrlKey || event.metaKey || event.altKey) &&
  event.target === event.currentTarget;
