import { createText } from '../i18n/catalogue.ts';
import { useLanguage } from '../i18n/language.tsx';
import { en, type FleetTextKey, zh } from './fleet-catalogue.ts';

type FleetText = (key: FleetTextKey, places?: Readonly<Record<string, string | number>>) => string;

const say = { en: createText(en, 'en'), zh: createText(zh, 'zh-Hans') };

export const useFleetText = (): FleetText => say[useLanguage()];
