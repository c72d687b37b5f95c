import { createContext, useContext, useEffect } from 'react';
import type { Cell } from '../state/observable.ts';
import type { Settings } from '../state/settings.ts';
import { useCell } from '../state/use-observed.ts';

export const SettingsContext = createContext<Cell<Settings> | undefined>(undefined);

/** The settings, and how to change some of them. */
export function useSettings(): [Settings, (change: Partial<Settings>) => void] {
  const cell = useContext(SettingsContext);
  if (!cell) throw new Error('no SettingsContext above');
  const settings = useCell(cell);
  return [
    settings,
    (change) => {
      cell.value = { ...cell.value, ...change };
    },
  ];
}

/** Shows the page in the theme that was chosen. */
export function useTheme({ theme }: Settings): void {
  useEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
}
