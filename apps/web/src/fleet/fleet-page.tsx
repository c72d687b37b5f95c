import type { OperatorAnswer } from '@berth/wire/operators';
import { useEffect, useState } from 'react';
import { openKeptTexts } from '../state/kept-texts.ts';
import { useFleetText } from './fleet-texts.ts';
import { FleetView } from './fleet-view.tsx';
import { TokenForm } from './token-form.tsx';

const kept = openKeptTexts('sessionStorage');
const keptUnder = 'operator';

interface Known extends OperatorAnswer {
  token: string;
}

/** For operators: the fleet, to whoever has a token. It is kept in this tab alone. */
export function FleetPage() {
  const say = useFleetText();
  const [known, setKnown] = useState(readKept);
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    document.title = say('title');
  }, [say]);
  const leave = (isRefused: boolean) => {
    kept.removeItem(keptUnder);
    setKnown(undefined);
    setRefused(isRefused);
  };
  if (!known)
    return (
      <TokenForm
        refused={refused}
        onToken={(token, { name, scope }) => {
          const next = { token, name, scope };
          kept.setItem(keptUnder, JSON.stringify(next));
          setKnown(next);
        }}
      />
    );
  return (
    <FleetView
      token={known.token}
      operator={known}
      onRefused={() => leave(true)}
      onLeave={() => leave(false)}
    />
  );
}

function readKept(): Known | undefined {
  try {
    const known = JSON.parse(kept.getItem(keptUnder) ?? 'null') as Known | null;
    return known?.token ? known : undefined;
  } catch {
    return undefined;
  }
}
