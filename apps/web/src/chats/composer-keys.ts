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
