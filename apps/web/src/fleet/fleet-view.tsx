import type { FleetNode, FleetOrder, OperatorAnswer } from '@berth/wire/operators';
import { ArrowLeft, LogOut, Scale } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Button, IconButton } from '../design/button.tsx';
import { Confirm } from '../design/dialog.tsx';
import { useFormats } from '../i18n/language.tsx';
import { LanguageMenu, ThemeMenu } from '../settings/choices.tsx';
import { navigate } from '../shell/route.ts';
import { useTask } from '../shell/use-task.ts';
import styles from './fleet.module.css';
import type { FleetTextKey } from './fleet-catalogue.ts';
import { useFleetText } from './fleet-texts.ts';
import { NodeCard } from './node-card.tsx';
import { operatorsApi } from './operators-api.ts';
import { PlanPanel } from './plan-panel.tsx';
import { type FleetSeen, useFleet } from './use-fleet.ts';

/** Cards shown at first: a fleet may have a thousand nodes. */
const shownAtFirst = 60;

/** The fleet as it is, and what may be done with it. */
export function FleetView({
  token,
  operator,
  onRefused,
  onLeave,
}: {
  token: string;
  operator: OperatorAnswer;
  onRefused: () => void;
  onLeave: () => void;
}) {
  const say = useFleetText();
  const formats = useFormats();
  const api = useMemo(() => operatorsApi(token), [token]);
  const { seen, isAway, look } = useFleet(api, onRefused);
  const { failure, run } = useTask();
  const [done, setDone] = useState('');
  const [asks, setAsks] = useState(false);
  const operates = operator.scope === 'operate';
  const order = (node: string, wish: FleetOrder) =>
    void run(async () => {
      await api.order(node, wish);
      setDone(say(`done.${wish}`, { node }));
      look();
    });
  const rebalance = () =>
    void run(async () => {
      const { moves } = await api.rebalance();
      const count = moves.reduce((sum, { sessions }) => sum + sessions, 0);
      setDone(count === 0 ? say('done.even') : say('done.rebalance', { count }));
      look();
    });
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <IconButton label={say('back')} onClick={() => navigate({ section: 'chats' })}>
          <ArrowLeft size={20} aria-hidden />
        </IconButton>
        <h1 className={styles.title}>{say('title')}</h1>
        <span className={styles.who}>{say(operates ? 'who.operate' : 'who', { name: operator.name })}</span>
        <span className={styles.menus}>
          <LanguageMenu />
          <ThemeMenu />
          <IconButton label={say('leave')} onClick={onLeave}>
            <LogOut size={20} aria-hidden />
          </IconButton>
        </span>
      </header>
      <main className={styles.main} aria-busy={!seen}>
        <div role="status" className={styles.done}>
          {done}
        </div>
        {failure && (
          <p role="alert" className={styles.failure}>
            {failure}
          </p>
        )}
        {isAway && (
          <p role="alert" className={styles.failure}>
            {say('away', { time: seen ? formats.clock(seen.at) : '–' })}
          </p>
        )}
        {seen && (
          <>
            <Totals seen={seen} />
            {operates && (
              <Button look="quiet" className={styles.rebalance ?? ''} onClick={() => setAsks(true)}>
                <Scale size={18} aria-hidden />
                {say('rebalance')}
              </Button>
            )}
            <Nodes seen={seen} operates={operates} onOrder={order} />
            <PlanPanel plan={seen.plan} />
          </>
        )}
      </main>
      <Confirm
        open={asks}
        onClose={() => setAsks(false)}
        title={say('rebalance.title')}
        confirm={say('rebalance')}
        danger={false}
        onConfirm={rebalance}
      >
        {say('rebalance.text')}
      </Confirm>
    </div>
  );
}

function Totals({ seen: { fleet } }: { seen: FleetSeen }) {
  const say = useFleetText();
  const { nodes, connections, reserved, capacity } = fleet.totals;
  const totals: [FleetTextKey, number][] = [
    ['nodes', nodes],
    ['sessions', connections],
    ['reserved', reserved],
    ['capacity', capacity],
  ];
  return (
    <dl className={styles.totals}>
      {totals.map(([key, value]) => (
        <div key={key}>
          <dt>{say(key)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Those first that something happens to; then by their names. */
const rank = ({ state }: FleetNode): number =>
  ['draining', 'suspect', 'cordoned', 'ready', 'lost', 'left'].indexOf(state);

function Nodes({
  seen: { fleet, history },
  operates,
  onOrder,
}: {
  seen: FleetSeen;
  operates: boolean;
  onOrder: (node: string, order: FleetOrder) => void;
}) {
  const say = useFleetText();
  const [all, setAll] = useState(false);
  const nodes = fleet.nodes.toSorted(
    (one, other) =>
      rank(one) - rank(other) || one.name.localeCompare(other.name, undefined, { numeric: true }),
  );
  const shown = all ? nodes : nodes.slice(0, shownAtFirst);
  const hidden = nodes.length - shown.length;
  return (
    <section aria-label={say('nodes')}>
      <h2 className={styles.heading}>{say('nodes')}</h2>
      {nodes.length === 0 && <p className={styles.soft}>{say('nodes.none')}</p>}
      <ul className={styles.nodes}>
        {shown.map((node) => (
          <NodeCard key={node.name} node={node} history={history} operates={operates} onOrder={onOrder} />
        ))}
      </ul>
      {hidden > 0 && (
        <Button look="quiet" onClick={() => setAll(true)}>
          {say('nodes.more', { count: hidden })}
        </Button>
      )}
    </section>
  );
}
