import { useEffect, useState } from 'react';
import hidden from '../design/unseen.module.css';
import { saidText } from '../files/summary.ts';
import { useText } from '../i18n/language.tsx';
import { nameOf } from '../state/people.ts';
import { useWorkspace } from '../state/workspace-context.ts';

const longestSpoken = 300;

/** Says the messages that come into the open conversation to screen readers. */
export function Incoming({ conversation }: { conversation: number }) {
  const text = useText();
  const workspace = useWorkspace();
  const [said, setSaid] = useState({ turn: 0, words: '' });
  useEffect(
    () =>
      workspace.onHappening((happening) => {
        if (happening.kind !== 'message' || happening.message.conversation !== conversation) return;
        const { sender } = happening.message;
        const words = saidText(happening.message, text);
        const profile = workspace.people.profile(sender);
        const name = profile ? nameOf(profile) : `${sender}`;
        const spoken = text('talk.received', { name, text: words.slice(0, longestSpoken).toWellFormed() });
        setSaid(({ turn }) => ({ turn: turn + 1, words: spoken }));
      }),
    [workspace, conversation, text],
  );
  return (
    <p className={hidden.unseen} aria-live="polite">
      {/* Another element each time: the same words again are said again. */}
      <span key={said.turn}>{said.words}</span>
    </p>
  );
}
