import { BerthError } from '@berth/client';
import { errorTable } from '@berth/wire';
import { useEffect, useState } from 'react';
import { useAccounts } from '../accounts/accounts-context.ts';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import type { Accounts } from '../state/accounts.ts';

/** What may be known a moment later is asked for again after it, jittered. */
const retryMs = 4_000;

/** Where a link leads, as whoever has not followed it yet may know. */
export type Preview<T extends object> =
  | { kind: 'asking' }
  | ({ kind: 'known' } & T)
  | { kind: 'refused'; why: string };

/**
 * Asks where a link leads, and again while that may become known; `unknown` is said of one that leads nowhere. Without a link
 * nothing is asked. `refuse`: gate has refused it meanwhile.
 */
export function usePreview<T extends object>(
  link: string | undefined,
  ask: (accounts: Accounts, link: string) => Promise<T>,
  unknown: string,
): { preview: Preview<T>; refuse: (error: unknown) => void } {
  const text = useText();
  const formats = useFormats();
  const accounts = useAccounts();
  const [preview, setPreview] = useState<Preview<T>>({ kind: 'asking' });
  const refuse = (error: unknown) => {
    const isUnknown = error instanceof BerthError && error.code === 'not_found';
    setPreview({ kind: 'refused', why: isUnknown ? unknown : errorText(error, text, formats) });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown stays when the language changes
  useEffect(() => {
    if (link === undefined) return;
    let left = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      try {
        const known = await ask(accounts, link);
        if (!left) setPreview({ ...known, kind: 'known' });
      } catch (error) {
        if (left) return;
        refuse(error);
        const isFinal = error instanceof BerthError && !errorTable[error.code].retry;
        if (!isFinal) timer = setTimeout(look, retryMs * (0.5 + Math.random()));
      }
    };
    setPreview({ kind: 'asking' });
    void look();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [accounts, link]);
  return { preview, refuse };
}
