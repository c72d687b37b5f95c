import { createText } from '../i18n/catalogue.ts';
import { useLanguage } from '../i18n/language.tsx';
import { en, type KeysTextKey, zh } from './keys-catalogue.ts';

const say = { en: createText(en, 'en'), zh: createText(zh, 'zh-Hans') };

export const useKeysText = (): ((key: KeysTextKey) => string) => say[useLanguage()];
