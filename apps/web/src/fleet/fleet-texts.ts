import type { PlanAnswer } from '@berth/wire/operators';
import { createText } from '../i18n/catalogue.ts';
import { useLanguage } from '../i18n/language.tsx';
import { en, type FleetTextKey, zh } from './fleet-catalogue.ts';
import { zhReasons } from './plan-reasons.ts';

type FleetText = (key: FleetTextKey, places?: Readonly<Record<string, string | number>>) => string;

const say = { en: createText(en, 'en'), zh: createText(zh, 'zh-Hans') };

export const useFleetText = (): FleetText => say[useLanguage()];

const sayReason = createText<string>(zhReasons, 'zh-Hans');

/** Says why the planner does something; in English, as in the log, what there is no other text for. */
export function useReasonText(): (decision: PlanAnswer['decisions'][number]) => {
  text: string;
  lang?: 'en';
} {
  const language = useLanguage();
  return ({ why, reason }) =>
    language === 'zh' && reason && Object.hasOwn(zhReasons, reason.code)
      ? { text: sayReason(reason.code, reason.places) }
      : { text: why, lang: 'en' };
}
