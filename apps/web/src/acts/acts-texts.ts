import { createText } from '../i18n/catalogue.ts';
import { useLanguage } from '../i18n/language.tsx';
import { type ActsTextKey, en, zh } from './acts-catalogue.ts';

export type ActsText = (key: ActsTextKey, places?: Readonly<Record<string, string | number>>) => string;

const say = { en: createText(en, 'en'), zh: createText(zh, 'zh-Hans') };

export const useActsText = (): ActsText => say[useLanguage()];
