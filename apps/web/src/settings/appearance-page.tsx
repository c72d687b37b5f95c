import { useWritingText } from '../chats/writing-texts.ts';
import { useDesk } from '../files/desk.ts';
import { useText } from '../i18n/language.tsx';
import type { Language } from '../state/settings.ts';
import { useCell } from '../state/use-observed.ts';
import { ChoiceGroup } from './choice-group.tsx';
import { languageNames, themeIcons, themes } from './choices.tsx';
import styles from './settings.module.css';
import { useSettings } from './settings-context.ts';
import { SettingsFrame } from './settings-frame.tsx';
import { SwitchRow } from './switch-row.tsx';

/** Language and theme, and how messages look. */
export function AppearancePage() {
  const text = useText();
  const say = useWritingText();
  const [settings, change] = useSettings();
  const offered = useCell(useDesk().service.offer)?.previews ?? false;
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
      <section className={styles.block}>
        <SwitchRow
          label={say('formatting')}
          hint={say('formatting.hint')}
          checked={settings.formatting}
          onChange={(formatting) => change({ formatting })}
        />
        {offered && (
          <SwitchRow
            label={say('previews')}
            hint={say('previews.hint')}
            checked={settings.previews}
            onChange={(previews) => change({ previews })}
          />
        )}
      </section>
    </SettingsFrame>
  );
}
