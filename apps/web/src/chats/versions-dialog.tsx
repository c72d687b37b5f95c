import { useEffect, useState } from 'react';
import { Panel } from '../design/dialog.tsx';
import { useFormats, useText } from '../i18n/language.tsx';
import { useTask } from '../shell/use-task.ts';
import type { MessageSource } from '../state/message-source.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './details.module.css';

interface Version {
  text: string;
  at: number;
}

/** What a message said before, and what it says now. */
export function VersionsDialog({
  timeline,
  seq,
  onClose,
}: {
  timeline: MessageSource;
  seq: number;
  onClose: () => void;
}) {
  const text = useText();
  const formats = useFormats();
  const { client } = useWorkspace();
  const message = useObserved(timeline, (all) => all.get(seq));
  const { run, failure } = useTask();
  const [versions, setVersions] = useState<Version[]>();
  const changed = message?.changed;
  // biome-ignore lint/correctness/useExhaustiveDependencies: again when it was edited meanwhile
  useEffect(() => {
    void run(async () => {
      const all: Version[] = [];
      for (let cursor: string | undefined; ; ) {
        const at = { conversation: timeline.conversation, target: seq };
        const page = await client.request('versions', { ...at, ...(cursor !== undefined && { cursor }) });
        all.push(...page.versions);
        cursor = page.cursor;
        if (cursor === undefined) break;
      }
      setVersions(all);
    });
  }, [client, timeline, seq, changed]);
  const now = message && { text: message.text, at: message.editedAt ?? message.sentAt };
  return (
    <Panel open onClose={onClose} title={text('change.versions')}>
      {failure && <p role="alert">{failure}</p>}
      {versions?.length === 0 && <p className={styles.none}>{text('change.versions.none')}</p>}
      <ol className={styles.list}>
        {[...(versions ?? []), ...(now ? [now] : [])].map(({ text: said, at }) => (
          <li key={at} className={styles.version}>
            <time className={styles.time}>{formats.full(at)}</time>
            <p dir="auto" className={styles.said}>
              {said}
            </p>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
