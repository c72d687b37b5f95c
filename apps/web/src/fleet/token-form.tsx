import { BerthError } from '@berth/client';
import type { OperatorAnswer } from '@berth/wire/operators';
import { useState } from 'react';
import { AccountFrame } from '../accounts/account-frame.tsx';
import { Button } from '../design/button.tsx';
import { FieldForm, TextField } from '../design/field.tsx';
import { formatRoute } from '../shell/route.ts';
import { useTask } from '../shell/use-task.ts';
import type { FleetTextKey } from './fleet-catalogue.ts';
import { useFleetText } from './fleet-texts.ts';
import { operatorsApi } from './operators-api.ts';

const reasons: Partial<Record<BerthError['code'], FleetTextKey>> = {
  unauthenticated: 'token.refused',
  not_found: 'token.off',
};

/** Asks for an operator's token, and for whose it is. */
export function TokenForm({
  refused,
  onToken,
}: {
  /** The one that was there is not good any more. */
  refused: boolean;
  onToken: (token: string, operator: OperatorAnswer) => void;
}) {
  const say = useFleetText();
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<FleetTextKey | undefined>(refused ? 'token.refused' : undefined);
  const { busy, failure, run } = useTask();
  const submit = () => {
    const shown = token.trim();
    if (!/^berth_op_[\w-]+$/.test(shown)) return setProblem('token.form');
    setProblem(undefined);
    void run(
      async () => onToken(shown, await operatorsApi(shown).operator()),
      (error) => {
        const reason = error instanceof BerthError ? reasons[error.code] : undefined;
        setProblem(reason);
        return reason !== undefined;
      },
    );
  };
  return (
    <AccountFrame
      title={say('title')}
      text={say('token.text')}
      foot={<a href={formatRoute({ section: 'chats' })}>{say('back')}</a>}
    >
      <FieldForm failure={failure} onSubmit={submit}>
        <TextField
          label={say('token.label')}
          hint={say('token.hint')}
          type="password"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          value={token}
          onChange={setToken}
          problem={problem && say(problem)}
        />
        <Button type="submit" wide disabled={busy}>
          {say('token.show')}
        </Button>
      </FieldForm>
    </AccountFrame>
  );
}
