import { limits } from '@berth/wire';
import { likeness, textLimits, tidy } from '@berth/wire/text-rules';
import { Plus, X } from 'lucide-react';
import { useState } from 'react';
import { Button, IconButton } from '../design/button.tsx';
import { Panel } from '../design/dialog.tsx';
import { CheckField, FieldForm, TextField } from '../design/field.tsx';
import popup from '../design/popup.module.css';
import { useTask } from '../shell/use-task.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import { useActsText } from './acts-texts.ts';

/** An option with a name of its own, so that its field stays when another one goes. */
interface Option {
  key: number;
  text: string;
}

/** Asks something that those in a conversation answer by choosing. */
export function PollDialog({ conversation, onClose }: { conversation: number; onClose: () => void }) {
  const say = useActsText();
  const { client } = useWorkspace();
  const { run, failure, busy } = useTask();
  const [question, setQuestion] = useState('');
  const [options, setOptions] = useState<readonly Option[]>([
    { key: 0, text: '' },
    { key: 1, text: '' },
  ]);
  const [many, setMany] = useState(false);
  const [anonymous, setAnonymous] = useState(false);
  const [problem, setProblem] = useState<string>();
  const change = (key: number, text: string) => {
    setProblem(undefined);
    setOptions(options.map((option) => (option.key === key ? { key, text } : option)));
  };
  const ask = () => {
    const wanted = options.map(({ text }) => tidy(text)).filter((text) => text !== '');
    if (tidy(question) === '' || wanted.length < 2) return setProblem(say('poll.few'));
    if (new Set(wanted.map(likeness)).size < wanted.length) return setProblem(say('poll.equal'));
    void run(async () => {
      client.poll(conversation, { question: tidy(question), options: wanted, many, anonymous });
      onClose();
    });
  };
  return (
    <Panel open onClose={onClose} title={say('poll')}>
      <FieldForm failure={problem ?? failure} onSubmit={ask}>
        <TextField
          label={say('poll.question')}
          value={question}
          maxLength={textLimits.pollQuestion}
          onChange={setQuestion}
        />
        {options.map(({ key, text }, index) => (
          <TextField
            key={key}
            label={say('poll.option', { number: index + 1 })}
            value={text}
            // One that was asked for is written in at once.
            autoFocus={key > 1}
            maxLength={textLimits.pollOption}
            onChange={(next) => change(key, next)}
            beside={
              options.length > 2 && (
                <IconButton
                  label={say('poll.option.less', { number: index + 1 })}
                  onClick={({ currentTarget }) => {
                    // The keyboard goes to the field before.
                    currentTarget.closest('form')!.querySelectorAll('input')[index]?.focus();
                    setOptions(options.filter((option) => option.key !== key));
                  }}
                >
                  <X size={18} aria-hidden />
                </IconButton>
              )
            }
          />
        ))}
        {options.length < limits.maxPollOptions && (
          <Button
            look="quiet"
            small
            onClick={() => setOptions([...options, { key: options.at(-1)!.key + 1, text: '' }])}
          >
            <Plus size={16} aria-hidden /> {say('poll.option.more')}
          </Button>
        )}
        <CheckField label={say('poll.many')} checked={many} onChange={setMany} />
        <CheckField label={say('poll.anonymous')} checked={anonymous} onChange={setAnonymous} />
        <div className={popup.buttons}>
          <Button type="submit" disabled={busy}>
            {say('poll.create')}
          </Button>
        </div>
      </FieldForm>
    </Panel>
  );
}
