import { type ComponentProps, type RefObject, useState } from 'react';
import type { MessageSource } from '../state/message-source.ts';
import { MessageAsides } from './message-asides.tsx';
import { type Aside, MessageMenu } from './message-menu.tsx';

/** The menu of each message of a list, and what it opens beside the message. */
export function MessageActs({
  timeline,
  scroller,
  ...menu
}: Omit<ComponentProps<typeof MessageMenu>, 'onAside'> & {
  timeline: MessageSource;
  scroller: RefObject<HTMLElement | null>;
}) {
  const [aside, setAside] = useState<{ aside: Aside; seq: number }>();
  return (
    <>
      <MessageMenu {...menu} onAside={(kind, seq) => setAside({ aside: kind, seq })} />
      {aside && (
        <MessageAsides
          key={`${aside.aside} ${aside.seq}`}
          {...aside}
          timeline={timeline}
          scroller={scroller}
          onClose={() => setAside(undefined)}
        />
      )}
    </>
  );
}
