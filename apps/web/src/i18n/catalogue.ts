import type { en } from './en.ts';

export type TextKey = keyof typeof en;

/** A text with `{name}` places, or one for each plural category of `count`. */
export type Entry = string | { readonly one?: string; readonly other: string };

export type Catalogue = { readonly [K in TextKey]: (typeof en)[K] extends string ? string : Entry };

/** The places of a text, by name. */
type Places<T> = T extends `${string}{${infer P}}${infer Rest}` ? P | Places<Rest> : never;
type PlacesOf<K extends TextKey> = (typeof en)[K] extends string
  ? Places<(typeof en)[K]>
  : Places<(typeof en)[K][keyof (typeof en)[K]]> | 'count';

/** What a text needs to be said: nothing, or a value for each of its places. */
export type TextArguments<K extends TextKey> = [PlacesOf<K>] extends [never]
  ? []
  : [places: Readonly<Record<PlacesOf<K>, string | number>>];

/** Texts that can be said as they are. */
export type PlainTextKey = { [K in TextKey]: [PlacesOf<K>] extends [never] ? K : never }[TextKey];

export interface Text {
  (key: PlainTextKey): string;
  <K extends TextKey>(key: K, ...places: TextArguments<K>): string;
}

/** Says the texts of a catalogue: that of everybody, or one of a part's own. */
export function createText(catalogue: Catalogue, language: string): Text;
export function createText<K extends string>(
  catalogue: Readonly<Record<K, Entry>>,
  language: string,
): (key: K, values?: Readonly<Record<string, string | number>>) => string;
export function createText(
  catalogue: Readonly<Record<string, Entry>>,
  language: string,
): (key: string, values?: Readonly<Record<string, string | number>>) => string {
  const plurals = new Intl.PluralRules(language);
  const numbers = new Intl.NumberFormat(language);
  return (key, values) => {
    const entry = catalogue[key]!;
    const text =
      typeof entry === 'string'
        ? entry
        : plurals.select(Number(values?.count)) === 'one'
          ? (entry.one ?? entry.other)
          : entry.other;
    if (!values) return text;
    return text.replace(/\{(\w+)\}/g, (place, name: string) => {
      const value = values[name];
      return typeof value === 'number' ? numbers.format(value) : (value ?? place);
    });
  };
}
