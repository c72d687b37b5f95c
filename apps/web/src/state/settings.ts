import type { KeptTexts } from './kept-texts.ts';
import { Cell } from './observable.ts';

export type Language = 'en' | 'zh';
export type Theme = 'system' | 'light' | 'dark';

export interface Settings {
  language: Language;
  theme: Theme;
  /** A sound for a message that comes while one looks elsewhere. Default true. */
  sound: boolean;
  /** Messages are shown by the system while the page is not looked at. Default false: it takes a permission. */
  notifications: boolean;
  /** Marks in messages (`**bold**`, lists, code) show as what they stand for. Default true; false: as they were typed. */
  formatting: boolean;
  /** What is behind a link is shown below the message, where the platform tells it. Default true. */
  previews: boolean;
}

const key = 'berth.settings';

/** What this browser remembers of how its user likes things; what is missing or nonsense falls back. */
export function readSettings(area: Pick<KeptTexts, 'getItem'>, languages: readonly string[]): Settings {
  let saved: Partial<Record<keyof Settings, unknown>> = {};
  try {
    saved = (JSON.parse(area.getItem(key) ?? '{}') ?? {}) as typeof saved;
  } catch {
    // Not ours: the defaults stand.
  }
  return {
    language: saved.language === 'en' || saved.language === 'zh' ? saved.language : preferred(languages),
    theme: saved.theme === 'light' || saved.theme === 'dark' ? saved.theme : 'system',
    sound: saved.sound !== false,
    notifications: saved.notifications === true,
    formatting: saved.formatting !== false,
    previews: saved.previews !== false,
  };
}

/** The first of the browser's languages that the client speaks. */
function preferred(languages: readonly string[]): Language {
  for (const language of languages) {
    if (/^zh\b/i.test(language)) return 'zh';
    if (/^en\b/i.test(language)) return 'en';
  }
  return 'en';
}

/** The settings, written whenever they change. */
export function createSettings(area: KeptTexts, languages: readonly string[]): Cell<Settings> {
  const settings = new Cell(readSettings(area, languages));
  settings.subscribe(() => {
    try {
      area.setItem(key, JSON.stringify(settings.value));
    } catch {
      // No room: they last as long as the page.
    }
  });
  return settings;
}
