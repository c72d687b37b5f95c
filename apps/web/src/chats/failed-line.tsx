import type { ErrorCode } from '@berth/client';
import { Button } from '../design/button.tsx';
import { useText } from '../i18n/language.tsx';
import { useUndo } from '../shell/use-undo.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './failed-line.module.css';

/** Below a message that could not be sent: why, and what one can do. */
export function FailedLine({
  conversation,
  cid,
  errorCode,
}: {
  conversation: number;
  cid: string;
  errorCode: string | undefined;
}) {
  const text = useText();
  const { outbox } = useWorkspace();
  const offerUndo = useUndo();
  return (
    <div className={styles.line}>
      <span>
        {errorCode === undefined
          ? text('state.failed')
          : text('state.failed.reason', { reason: text(`error.${errorCode as ErrorCode}`) })}
      </span>
      <Button look="plain" small onClick={() => outbox.retry(conversation, cid)}>
        {text('state.retry')}
      </Button>
      <Button
        look="plainDanger"
        small
        onClick={() => offerUndo(text('state.discard.done'), outbox.discard(conversation, cid))}
      >
        {text('state.discard')}
      </Button>
    </div>
  );
}
