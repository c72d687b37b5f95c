import * as acts from '../../apps/web/src/acts/acts-catalogue.ts';
import * as writing from '../../apps/web/src/chats/writing-catalogue.ts';
import * as groups from '../../apps/web/src/groups/group-catalogue.ts';
import type { Entry } from '../../apps/web/src/i18n/catalogue.ts';
import { en } from '../../apps/web/src/i18n/en.ts';
import { zh } from '../../apps/web/src/i18n/zh.ts';
import * as keys from '../../apps/web/src/keys/keys-catalogue.ts';

export const locales = { en: 'en-US', zh: 'zh-CN' } as const;

export type Say = (english: string) => string;

/** What the page says in a language for an English text. */
export function saying(language: keyof typeof locales): Say {
  const catalogues: [Record<string, Entry>, Record<string, Entry>][] = [
    [en, zh],
    ...[groups, acts, writing, keys].map((one): [Record<string, Entry>, Record<string, Entry>] => [
      one.en,
      one.zh,
    ]),
  ];
  return (english) => {
    for (const [one, other] of catalogues) {
      const key = Object.entries(one).find(([, text]) => text === english)?.[0];
      if (key !== undefined) return language === 'en' ? english : String(other[key]);
    }
    throw new Error(`no text is ${english}`);
  };
}
