import { isOwnReaction, type Reaction } from '@berth/client';
import { classNames } from '../design/class-names.ts';
import { useText } from '../i18n/language.tsx';
import { useUndo } from '../shell/use-undo.ts';
import { nameOf } from '../state/people.ts';
import { useObserved } from '../state/use-observed.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import styles from './reactions.module.css';
import { useReact } from './use-react.ts';

/** The emoji on a message, each with how many gave it; a press gives it, or takes one's own away. */
export function Reactions({
  conversation,
  seq,
  reactions,
  reachable,
}: {
  conversation: number;
  seq: number;
  reactions: readonly Reaction[];
  reachable: boolean;
}) {
  const text = useText();
  const { client } = useWorkspace();
  const react = useReact(conversation);
  const offerUndo = useUndo();
  const press = (emoji: string, mine: boolean, count: number) => {
    react(seq, emoji, !mine);
    // The chip goes with it: nothing is left to be pressed again.
    if (!mine || count > 1) return;
    const undo = () => client.react(conversation, seq, emoji, true);
    offerUndo(text('change.reaction.taken'), { undo });
  };
  return (
    <div className={styles.reactions}>
      {reactions.map((reaction) => (
        <Chip key={reaction.emoji} reaction={reaction} reachable={reachable} onPress={press} />
      ))}
    </div>
  );
}

function Chip({
  reaction,
  reachable,
  onPress,
}: {
  reaction: Reaction;
  reachable: boolean;
  onPress: (emoji: string, mine: boolean, count: number) => void;
}) {
  const text = useText();
  const { people, me } = useWorkspace();
  const { emoji, count, users } = reaction;
  const mine = isOwnReaction(reaction, me);
  const names = useObserved(people, (all) =>
    users
      .map((user) => {
        const profile = all.profile(user);
        if (!profile && user !== me) all.want(user);
        return user === me ? text('talk.me') : profile ? nameOf(profile) : `${user}`;
      })
      .reduce((one, other) => (one === '' ? other : text('entry.pair', { one, other })), ''),
  );
  const given = count > users.length ? text('change.reaction.more', { names }) : names;
  return (
    <button
      type="button"
      className={classNames(styles.chip, mine && styles.mine)}
      aria-pressed={mine}
      // Begins as it reads, for those who call it by what they see.
      aria-label={text('change.reaction', { emoji: `${emoji} ${count}`, names: given })}
      title={text('change.reaction', { emoji, names: given })}
      tabIndex={reachable ? 0 : -1}
      onClick={() => onPress(emoji, mine, count)}
    >
      <span aria-hidden>{emoji}</span>
      <span aria-hidden>{count}</span>
    </button>
  );
}
