import { useLanguage } from '../i18n/language.tsx';
import { en, type WritingTextKey, zh } from './writing-catalogue.ts';

/** Says them in the language of the page. */
export function useWritingText(): (key: WritingTextKey) => string {
  const catalogue = useLanguage() === 'zh' ? zh : en;
  return (key) => catalogue[key];
}
