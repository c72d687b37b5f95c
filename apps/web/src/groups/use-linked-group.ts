import { BerthError, type GroupPreview } from '@berth/client';
import { errorTable } from '@berth/wire';
import { useEffect, useState } from 'react';
import { useAccounts } from '../accounts/accounts-context.ts';
import { errorText } from '../i18n/error-text.ts';
import { useFormats, useText } from '../i18n/language.tsx';
import { useGroupText } from './group-texts.ts';

/** What may be known a moment later is asked for again after it, jittered. */
const retryMs = 4_000;

type LinkedGroup =
  | { kind: 'asking' }
  | { kind: 'known'; group: GroupPreview['group'] }
  | { kind: 'refused'; why: string };

/** The group that a link leads to. */
export function useLinkedGroup(link: string): LinkedGroup {
  const text = useText();
  const say = useGroupText();
  const formats = useFormats();
  const accounts = useAccounts();
  const [linked, setLinked] = useState<LinkedGroup>({ kind: 'asking' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is shown stays when the language changes
  useEffect(() => {
    let left = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      try {
        const { group } = await accounts.previewGroup(link);
        if (!left) setLinked({ kind: 'known', group });
      } catch (error) {
        if (left) return;
        const isUnknown = error instanceof BerthError && error.code === 'not_found';
        setLinked({
          kind: 'refused',
          why: isUnknown ? say('link.unknown') : errorText(error, text, formats),
        });
        const isFinal = error instanceof BerthError && !errorTable[error.code].retry;
        if (!isFinal) timer = setTimeout(ask, retryMs * (0.5 + Math.random()));
      }
    };
    setLinked({ kind: 'asking' });
    void ask();
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [accounts, link]);
  return linked;
}
