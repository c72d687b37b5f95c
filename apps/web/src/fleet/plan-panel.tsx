import type { PlanAnswer } from '@berth/wire/operators';
import { useFormats } from '../i18n/language.tsx';
import styles from './fleet.module.css';
import { useFleetText } from './fleet-texts.ts';

/** What the planner does now and why, and what it decided lately. Its sentences are in English, as in the log. */
export function PlanPanel({ plan }: { plan: PlanAnswer }) {
  const say = useFleetText();
  const formats = useFormats();
  const { last, decisions, scaler } = plan;
  return (
    <section className={styles.panel} aria-label={say('plan')}>
      <h2 className={styles.heading}>{say('plan')}</h2>
      {last ? (
        <>
          <p className={styles.wanted}>{say('plan.now', { count: last.scale, wanted: last.wanted })}</p>
          <p lang="en">{last.why}</p>
        </>
      ) : (
        <p>{say('plan.none')}</p>
      )}
      {scaler === 'off' && <p className={styles.soft}>{say('plan.off')}</p>}
      <h3 className={styles.heading}>{say('decisions')}</h3>
      {decisions.length === 0 ? (
        <p className={styles.soft}>{say('decisions.none')}</p>
      ) : (
        <ol className={styles.decisions}>
          {decisions.toReversed().map(({ atMs, why }) => (
            <li key={`${atMs} ${why}`}>
              <time dateTime={new Date(atMs).toISOString()}>{formats.clock(atMs)}</time>
              <span lang="en">{why}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
