import { useSyncExternalStore } from 'react';
import type { Cell, Observable } from './observable.ts';

/** What `read` takes from an observable, rendered anew when it has changed. `read` answers with immutable values. */
export function useObserved<O extends Observable, T>(observable: O, read: (observable: O) => T): T {
  return useSyncExternalStore(observable.subscribe, () => read(observable));
}

export const useCell = <T>(cell: Cell<T>): T => useSyncExternalStore(cell.subscribe, () => cell.value);
