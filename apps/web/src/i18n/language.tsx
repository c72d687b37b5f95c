import { createContext, type ReactNode, useContext, useEffect, useMemo } from 'react';
import type { Language } from '../state/settings.ts';
import { createText, type Text } from './catalogue.ts';
import { en } from './en.ts';
import { createFormats, type Formats } from './formats.ts';
import { zh } from './zh.ts';

interface Speech {
  text: Text;
  formats: Formats;
  language: Language;
}

const catalogues = { en: { catalogue: en, tag: 'en' }, zh: { catalogue: zh, tag: 'zh-Hans' } } as const;

const SpeechContext = createContext<Speech | undefined>(undefined);

/** Everything below speaks this language. */
export function LanguageProvider({ language, children }: { language: Language; children: ReactNode }) {
  const speech = useMemo(() => {
    const { catalogue, tag } = catalogues[language];
    const text = createText(catalogue, tag);
    return { text, formats: createFormats(tag, text), language };
  }, [language]);
  useEffect(() => {
    document.documentElement.lang = catalogues[language].tag;
  }, [language]);
  return <SpeechContext value={speech}>{children}</SpeechContext>;
}

function useSpeech(): Speech {
  const speech = useContext(SpeechContext);
  if (!speech) throw new Error('no LanguageProvider above');
  return speech;
}

export const useText = (): Text => useSpeech().text;
export const useFormats = (): Formats => useSpeech().formats;
export const useLanguage = (): Language => useSpeech().language;
