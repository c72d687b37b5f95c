import { createText } from '../i18n/catalogue.ts';
import { useLanguage } from '../i18n/language.tsx';
import { en, type GroupTextKey, zh } from './group-catalogue.ts';

export type GroupText = (key: GroupTextKey, places?: Readonly<Record<string, string | number>>) => string;

const say = { en: createText(en, 'en'), zh: createText(zh, 'zh-Hans') };

export const useGroupText = (): GroupText => say[useLanguage()];
