import { useState } from 'react';
import { Confirm } from '../design/dialog.tsx';
import { useText } from '../i18n/language.tsx';
import { useCell } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';

/** Someone logged in elsewhere: says so, and offers the way back. What was loaded may be read on. */
export function KickedDialog() {
  const text = useText();
  const { connection, client } = useWorkspace();
  const state = useCell(connection);
  const [read, setRead] = useState<typeof state>();
  const kicked = state.kind === 'kicked' ? state : undefined;
  return (
    <Confirm
      open={kicked !== undefined && read !== kicked}
      onClose={() => setRead(state)}
      title={text('kicked.title')}
      confirm={text('kicked.here')}
      cancel={text('kicked.read')}
      danger={false}
      onConfirm={() => client.connect()}
    >
      {kicked?.reason === 'device-limit'
        ? text('kicked.text.limit', { count: kicked.limit ?? 1 })
        : text(kicked?.reason === 'elsewhere' ? 'kicked.text.tab' : 'kicked.text')}
    </Confirm>
  );
}
