import type { PlatformAnswer } from '@berth/client';
import { useEffect, useState } from 'react';
import { useAccounts } from './accounts-context.ts';

/** What the platform offers; undefined until it is known. */
export function usePlatform(): PlatformAnswer | undefined {
  const accounts = useAccounts();
  const [platform, setPlatform] = useState<PlatformAnswer>();
  useEffect(() => {
    let left = false;
    accounts.platform().then(
      (answer) => left || setPlatform(answer),
      // Nothing more is offered then.
      () => {},
    );
    return () => {
      left = true;
    };
  }, [accounts]);
  return platform;
}
