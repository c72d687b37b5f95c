import { Check, Languages, Monitor, Moon, Sun } from 'lucide-react';
import { IconButton } from '../design/button.tsx';
import { ActionMenu } from '../design/menu.tsx';
import { useText } from '../i18n/language.tsx';
import type { Language, Theme } from '../state/settings.ts';
import { useSettings } from './settings-context.ts';

/** Languages are called by their own names, so that whoever looks for one finds it. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', zh: '简体中文' };
export const themeIcons = { system: Monitor, light: Sun, dark: Moon } as const;
export const themes: readonly Theme[] = ['system', 'light', 'dark'];

export function LanguageMenu() {
  const text = useText();
  const [settings, change] = useSettings();
  return (
    <ActionMenu
      trigger={
        <IconButton label={text('app.language')}>
          <Languages size={20} aria-hidden />
        </IconButton>
      }
      actions={(Object.keys(languageNames) as Language[]).map((language) => ({
        label: languageNames[language],
        icon: language === settings.language ? Check : Languages,
        run: () => change({ language }),
      }))}
    />
  );
}

export function ThemeMenu() {
  const text = useText();
  const [settings, change] = useSettings();
  const Icon = themeIcons[settings.theme];
  return (
    <ActionMenu
      trigger={
        <IconButton label={text('settings.theme')}>
          <Icon size={20} aria-hidden />
        </IconButton>
      }
      actions={themes.map((theme) => ({
        label: text(`settings.theme.${theme}`),
        icon: theme === settings.theme ? Check : themeIcons[theme],
        run: () => change({ theme }),
      }))}
    />
  );
}
