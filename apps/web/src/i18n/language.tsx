import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { loadPart } from '../shell/load-part.ts';
import type { Language } from '../state/settings.ts';
import { type Catalogue, createText, type Text } from './catalogue.ts';
import { createFormats, type Formats } from './formats.ts';

interface Speech {
  text: Text;
  formats: Formats;
  language: Language;
}

/** A language with its texts. */
export interface Spoken {
  language: Language;
  catalogue: Catalogue;
}

const tags: Readonly<Record<Language, string>> = { en: 'en', zh: 'zh-Hans' };

const SpeechContext = createContext<Speech | undefined>(undefined);

const load = async (language: Language): Promise<Spoken> => ({
  language,
  catalogue: language === 'zh' ? (await import('./zh.ts')).zh : (await import('./en.ts')).en,
});

/** Loads the texts of a language; those of the other one, should they not be had. Rejects when there are neither. */
export const loadSpoken = (language: Language): Promise<Spoken> =>
  loadPart(() => load(language)).catch(() => load(language === 'en' ? 'zh' : 'en'));

/** Everything below speaks this language, as soon as its texts are here. */
export function LanguageProvider({
  language,
  initial,
  children,
}: {
  language: Language;
  initial: Spoken;
  children: ReactNode;
}) {
  const [spoken, setSpoken] = useState(initial);
  useEffect(() => {
    let wanted = true;
    const speak = () =>
      void loadPart(() => load(language)).then(
        (loaded) => wanted && setSpoken(loaded),
        // As it was, until the network is back.
        () => wanted && window.addEventListener('online', speak, { once: true }),
      );
    speak();
    return () => {
      wanted = false;
      window.removeEventListener('online', speak);
    };
  }, [language]);
  const speech = useMemo(() => {
    const tag = tags[spoken.language];
    const text = createText(spoken.catalogue, tag);
    return { text, formats: createFormats(tag, text), language: spoken.language };
  }, [spoken]);
  useEffect(() => {
    document.documentElement.lang = tags[speech.language];
  }, [speech.language]);
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
