import type { FleetNode, FleetOrder, HistoryAnswer } from '@berth/wire/operators';
import { useRef } from 'react';
import { Button } from '../design/button.tsx';
import { classNames } from '../design/class-names.ts';
import styles from './fleet.module.css';
import type { FleetTextKey } from './fleet-catalogue.ts';
import { useFleetText } from './fleet-texts.ts';
import { Sparkline } from './sparkline.tsx';

/** One chat node: its state, its sessions over time, how far its drain is, and what may be done with it. */
export function NodeCard({
  node,
  history,
  operates,
  onOrder,
}: {
  node: FleetNode;
  history: HistoryAnswer;
  /** Whether this operator may give orders. */
  operates: boolean;
  onOrder: (node: string, order: FleetOrder) => void;
}) {
  const say = useFleetText();
  const { name, state, connections } = node;
  const before = history.nodes[name] ?? [];
  const numbers = [...before, connections];
  const known = numbers.filter((number) => number !== null);
  const total = useDrainTotal(node);
  const isGone = state === 'lost' || state === 'left';
  const isOut = state === 'cordoned' || state === 'draining';
  const facts: [FleetTextKey, string][] = [
    ['sessions', `${connections} / ${node.capacity}`],
    ['load', `${Math.round(node.load * 100)} %`],
    ['reserved', String(node.reserved)],
    ['rate', String(Math.round(node.admissionRate))],
    ...(node.zone ? ([['zone', node.zone]] as [FleetTextKey, string][]) : []),
    ['version', node.version],
  ];
  const button = (order: FleetOrder, label: FleetTextKey, full: FleetTextKey) => (
    <Button look="quiet" small aria-label={say(full, { node: name })} onClick={() => onOrder(name, order)}>
      {say(label)}
    </Button>
  );
  return (
    <li className={styles.card}>
      <div className={styles.cardHead}>
        <h3 className={styles.name}>{name}</h3>
        <span className={classNames(styles.state, isOut && styles.out, isGone && styles.gone)}>
          {say(`state.${state}` as FleetTextKey)}
        </span>
      </div>
      <Sparkline
        numbers={numbers}
        top={node.capacity}
        label={say('spark', {
          node: name,
          minutes: Math.max(1, Math.round((before.length * history.stepMs) / 60_000)),
          least: Math.min(...known),
          most: Math.max(...known),
          now: connections,
        })}
      />
      {state === 'draining' && (
        <div className={styles.drain}>
          <progress
            aria-label={say('drain.progress', { node: name, done: total - connections, total })}
            value={total - connections}
            max={Math.max(1, total)}
          />
          <span>{say('drain.left', { count: connections })}</span>
        </div>
      )}
      <dl className={styles.facts}>
        {facts.map(([key, value]) => (
          <div key={key}>
            <dt>{say(key)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {operates && !isGone && (
        <div className={styles.acts}>
          {!isOut && button('cordon', 'cordon', 'cordon.of')}
          {state !== 'draining' && button('drain', 'drain', 'drain.of')}
          {isOut && button('none', 'uncordon', 'uncordon.of')}
        </div>
      )}
    </li>
  );
}

/** The most sessions that it had since its drain was first seen. */
function useDrainTotal({ state, connections }: FleetNode): number {
  const total = useRef(0);
  total.current = state === 'draining' ? Math.max(total.current, connections) : 0;
  return total.current;
}
