import { useSyncExternalStore } from 'react';

/** From this width on a room shows its column and what was chosen side by side, as room.module.css does. */
const wide = '(min-width: 900px)';

const subscribe = (listener: () => void): (() => void) => {
  const query = matchMedia(wide);
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
};

/** Whether both parts of a room are shown. */
export const useWide = (): boolean => useSyncExternalStore(subscribe, () => matchMedia(wide).matches);
