import { Tabs } from '@base-ui/react/tabs';
import { Files } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '../design/button.tsx';
import { Drawer } from '../design/dialog.tsx';
import { EmptyState } from '../design/empty-state.tsx';
import { useText } from '../i18n/language.tsx';
import styles from './shared-items.module.css';
import { SharedList } from './shared-list.tsx';
import { type SharedKind, useSharedItems } from './use-shared-items.ts';

const kinds: readonly SharedKind[] = ['media', 'files', 'links', 'audio'];

/** What was shared in a conversation, the newest first. */
export function SharedItems({ conversation, onClose }: { conversation: number; onClose: () => void }) {
  const text = useText();
  return (
    <Drawer open onClose={onClose} title={text('files.shared')}>
      <Tabs.Root defaultValue="media" className={styles.tabs}>
        <Tabs.List className={styles.list} activateOnFocus>
          {kinds.map((kind) => (
            <Tabs.Tab key={kind} value={kind} className={styles.tab}>
              {text(`files.shared.${kind}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {kinds.map((kind) => (
          <Tabs.Panel key={kind} value={kind} className={styles.panel}>
            <SharedPanel conversation={conversation} kind={kind} />
          </Tabs.Panel>
        ))}
      </Tabs.Root>
    </Drawer>
  );
}

function SharedPanel({ conversation, kind }: { conversation: number; kind: SharedKind }) {
  const text = useText();
  const { messages, isWhole, failed, more } = useSharedItems(conversation, kind);
  const end = useRef<HTMLDivElement>(null);
  // Observed anew after each page: what is said of the end then is of the list as it is.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `more` is another one each time
  useEffect(() => {
    if (isWhole || failed) return;
    const observer = new IntersectionObserver(([entry]) => entry!.isIntersecting && more(), {
      rootMargin: '400px',
    });
    observer.observe(end.current!);
    return () => observer.disconnect();
  }, [messages, isWhole, failed]);
  return (
    <>
      <SharedList messages={messages} kind={kind} />
      {isWhole && messages.length === 0 && (
        <EmptyState icon={Files} title={text('files.shared.none')} heading="h2">
          {text('files.shared.none.text')}
        </EmptyState>
      )}
      {failed && (
        <p className={styles.failed}>
          {text('files.shared.failed')}
          <Button look="plain" small onClick={more}>
            {text('action.retry')}
          </Button>
        </p>
      )}
      <div ref={end} className={styles.end} aria-busy={!isWhole && !failed} />
    </>
  );
}
