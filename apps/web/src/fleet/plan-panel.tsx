import type { PlanAnswer } from '@berth/wire/operators';
import { useFormats } from '../i18n/language.tsx';
import styles from './fleet.module.css';
import { useFleetText, useReasonText } from './fleet-texts.ts';

/** What the planner does now and why, and what it decided lately. */
export function PlanPanel({ plan }: { plan: PlanAnswer }) {
  const say = useFleetText();
  const formats = useFormats();
  const reasonOf = useReasonText();
  const { last, decisions, scaler } = plan;
  const reason = last && reasonOf(last);
  return (
    <section className={styles.panel} aria-label={say('plan')}>
      <h2 className={styles.heading}>{say('plan')}</h2>
      {last && reason ? (
        <>
          <p className={styles.wanted}>{say('plan.now', { count: last.scale, wanted: last.wanted })}</p>
          <p lang={reason.lang}>{reason.text}</p>
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
          {decisions.toReversed().map((decision) => {
            const { atMs, why } = decision;
            const { text, lang } = reasonOf(decision);
            return (
              <li key={`${atMs} ${why}`}>
                <time dateTime={new Date(atMs).toISOString()}>{formats.clock(atMs)}</time>
                <span lang={lang}>{text}</span>
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}
