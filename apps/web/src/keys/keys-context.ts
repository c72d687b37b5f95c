import { createContext } from 'react';

/** What the keyboard opens, and menus do for those who do not know the keys. */
export type KeyPanel = 'keys' | 'palette';

export const KeysContext = createContext<(panel: KeyPanel) => void>(() => {});
