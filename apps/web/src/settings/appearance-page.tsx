import { useText } from '../i18n/language.tsx';
import type { Language } from '../state/settings.ts';
import { ChoiceGroup } from './choice-group.tsx';
import { languageNames, themeIcons, themes } from './choices.tsx';
import { useSettings } from './settings-context.ts';
import { SettingsFrame } from './settings-frame.tsx';

/** Language and theme. */
export function AppearancePage() {
  const text = useText();
  const [settings, change] = useSettings();
  return (
    <SettingsFrame title={text('settings.appearance')}>
      <ChoiceGroup
        label={text('settings.language')}
        value={settings.language}
        onChange={(language) => change({ language })}
        choices={(Object.keys(languageNames) as Language[]).map((value) => ({
          value,
          label: languageNames[value],
        }))}
      />
      <ChoiceGroup
        label={text('settings.theme')}
        value={settings.theme}
        onChange={(theme) => change({ theme })}
        choices={themes.map((value) => ({
          value,
          label: text(`settings.theme.${value}`),
          icon: themeIcons[value],
        }))}
      />
    </SettingsFrame>
  );
}
