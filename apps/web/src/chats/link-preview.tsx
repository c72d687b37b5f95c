import { type ComponentType, lazy, Suspense, useMemo } from 'react';
import { useDesk } from '../files/desk.ts';
import { useSettings } from '../settings/settings-context.ts';
import { loadPart } from '../shell/load-part.ts';
import { useCell } from '../state/use-observed.ts';
import { firstLink } from './linkify.ts';
import { PreviewSpace } from './preview-space.tsx';

interface CardProps {
  url: string;
  /** Whether Tab comes to it. */
  reachable: boolean;
}

/** Where it cannot be had there is the link. */
const Card = lazy(
  (): Promise<{ default: ComponentType<CardProps> }> =>
    loadPart(async () => (await import('./link-preview-card.tsx')).LinkPreviewCard).then(
      (card) => ({ default: card }),
      () => ({ default: () => null }),
    ),
);

/** What is behind the first link of a text, where the platform tells it and the reader likes it; its place is kept until it is there. */
export function LinkPreview({ text, reachable }: { text: string; reachable: boolean }) {
  const url = useMemo(() => firstLink(text), [text]);
  return url === undefined ? null : <Offered url={url} reachable={reachable} />;
}

function Offered(props: CardProps) {
  const [{ previews }] = useSettings();
  const offered = useCell(useDesk().service.offer)?.previews ?? false;
  if (!previews || !offered) return null;
  return (
    <Suspense fallback={<PreviewSpace />}>
      <Card {...props} />
    </Suspense>
  );
}
