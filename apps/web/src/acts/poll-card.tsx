import type { Poll } from '@berth/wire';
import { Check } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../design/button.tsx';
import { classNames } from '../design/class-names.ts';
import { lazyPart } from '../shell/part.tsx';
import { useUndo } from '../shell/use-undo.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useActsText } from './acts-texts.ts';
import styles from './poll-card.module.css';
import { useTried } from './use-tried.ts';

const VotesDialog = lazyPart(async () => (await import('./votes-dialog.tsx')).VotesDialog, 'dialog');

/** A poll in its bubble: what can be chosen, how many chose it, and what one chose oneself. */
export function PollCard({
  conversation,
  seq,
  poll,
  mine,
  reachable,
}: {
  conversation: number;
  /** Undefined while it is on its way. */
  seq: number | undefined;
  poll: Poll;
  /** Whether one asked it oneself. */
  mine: boolean;
  /** Whether Tab comes to its buttons. */
  reachable: boolean;
}) {
  const say = useActsText();
  const tried = useTried();
  const offerUndo = useUndo();
  const { client } = useWorkspace();
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [listed, setListed] = useState(false);
  const [closing, setClosing] = useState(false);
  const { question, options, many, anonymous, counts, voters } = poll;
  const closed = poll.closed || closing;
  useEffect(() => {
    if (seq === undefined) return;
    const ask = () => {
      // What fails is asked for again after the next connect.
      client.request('votes', { conversation, target: seq, limit: 1 }).then(
        (told) => setChosen(new Set(told.mine)),
        () => {},
      );
    };
    ask();
    const stops = [
      client.on('resumed', ask),
      client.on('voted', (told) => {
        if (told.conversation === conversation && told.target === seq) setChosen(new Set(told.options));
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [client, conversation, seq]);
  const choose = (option: number) => {
    if (seq === undefined || closed) return;
    const next = new Set(many ? chosen : []);
    if (chosen.has(option)) next.delete(option);
    else next.add(option);
    const before = chosen;
    setChosen(next);
    tried(() =>
      client.vote(conversation, seq, [...next]).catch((error: unknown) => {
        setChosen(before);
        throw error;
      }),
    );
  };
  /** Shown at once, and done when nobody has undone it: none is opened again. */
  const close = (at: number) => {
    setClosing(true);
    offerUndo(say('poll.close.done'), {
      undo: () => setClosing(false),
      commit: () => client.closePoll(conversation, at),
    });
  };
  const tabIndex = reachable ? 0 : -1;
  const kind = [
    say(closed ? 'poll.closed' : many ? 'poll.kind.many' : 'poll.kind.one'),
    ...(anonymous ? [say('poll.kind.anonymous')] : []),
  ].join(' · ');
  return (
    <fieldset className={styles.poll}>
      <legend dir="auto" className={styles.question}>
        {question}
      </legend>
      <p className={styles.kind}>{kind}</p>
      {options.map((option, index) => {
        const count = counts[index] ?? 0;
        return (
          <button
            key={option}
            type="button"
            className={classNames(styles.option, chosen.has(index) && styles.chosen)}
            aria-pressed={chosen.has(index)}
            // Not `disabled`: the keyboard would be nowhere once somebody else has closed it.
            aria-disabled={closed || seq === undefined}
            tabIndex={tabIndex}
            onClick={() => choose(index)}
          >
            <span
              className={styles.share}
              style={{ inlineSize: `${voters === 0 ? 0 : (100 * count) / voters}%` }}
              aria-hidden
            />
            <span className={styles.mark} aria-hidden>
              {chosen.has(index) && <Check size={14} strokeWidth={3} />}
            </span>
            <bdi className={styles.name}>{option}</bdi>
            <span className={styles.count}>{say('poll.votes', { count })}</span>
          </button>
        );
      })}
      <p className={styles.kind} role="status">
        {say('poll.voters', { count: voters })}
      </p>
      {seq !== undefined && ((!anonymous && voters > 0) || (mine && !closed)) && (
        <div className={styles.acts}>
          {!anonymous && voters > 0 && (
            <Button look="plain" small tabIndex={tabIndex} onClick={() => setListed(true)}>
              {say('poll.who')}
            </Button>
          )}
          {mine && !closed && (
            <Button
              look="plain"
              small
              tabIndex={tabIndex}
              onClick={(event) => {
                // The button goes: the keyboard stays with the message.
                event.currentTarget.closest('article')?.focus({ preventScroll: true });
                close(seq);
              }}
            >
              {say('poll.close')}
            </Button>
          )}
        </div>
      )}
      {listed && seq !== undefined && (
        <VotesDialog conversation={conversation} seq={seq} poll={poll} onClose={() => setListed(false)} />
      )}
    </fieldset>
  );
}
