import type { Text } from '../i18n/catalogue.ts';
import { useText } from '../i18n/language.tsx';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './recalled-text.module.css';
import type { Said } from './said.ts';

/** Whether a message was taken back, or is about to be. */
export function useRecalled(
  { seq, recalledBy }: Pick<Said, 'seq' | 'recalledBy'>,
  conversation: number,
): boolean {
  const { recalls, deletions } = useWorkspace();
  const isGoing = useObserved(recalls, (all) => seq !== undefined && all.has(conversation, seq));
  const isHidden = useObserved(deletions, (all) => seq !== undefined && all.has(conversation, seq));
  return recalledBy !== undefined || isGoing || isHidden;
}

/** Said of a message that was taken back, or has lost the words that this user saw, by whoever quotes it. */
export const goneText = ({ unkept }: Pick<Said, 'unkept'>, text: Text): string =>
  text(unkept ? 'change.unkept' : 'change.recalled');

/** What stands in place of a message that was taken back, or of words that are not kept. */
export function RecalledText({
  said: { sender, recalledBy, unkept },
}: {
  said: Pick<Said, 'sender' | 'recalledBy' | 'unkept'>;
}) {
  const text = useText();
  const { people, me } = useWorkspace();
  // Being deleted, by oneself: for everybody or, of what another one said, for oneself alone.
  const by = recalledBy ?? (sender === me ? me : sender);
  const profile = useObserved(people, (all) => all.profile(by));
  if (!profile && by !== me) people.want(by);
  const words = unkept
    ? text('change.unkept')
    : by === me
      ? text('change.recalled.me')
      : by === sender || !profile
        ? text('change.recalled')
        : text('change.recalled.by', { name: nameOf(profile) });
  return <em className={styles.gone}>{words}</em>;
}
