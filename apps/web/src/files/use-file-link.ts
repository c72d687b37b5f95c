import type { FileLink, LinkRequest } from '@berth/wire/files';
import { useEffect } from 'react';
import { useObserved } from '../state/use-observed.ts';
import { useDesk } from './desk.ts';
import { keyOfLink } from './links.ts';

/** The link of a file that is shown: here soon, renewed as long as it is shown. */
export function useFileLink(request: LinkRequest): FileLink | undefined {
  const { links, service } = useDesk();
  const key = keyOfLink(request);
  const isOffered = useObserved(service.offer, ({ value }) => value !== undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is the request
  useEffect(() => (isOffered ? links.hold(request) : undefined), [links, key, isOffered]);
  return useObserved(links, (all) => all.get(request));
}
