import { BerthError } from '@berth/client';
import type { FleetAnswer, HistoryAnswer, OperatorsApi, PlanAnswer } from '@berth/wire/operators';
import { useCallback, useEffect, useRef, useState } from 'react';

const pollMs = 2_000;
const maxPauseMs = 30_000;
/** Of so many rounds one asks for what was before. */
const historyRounds = 5;

export interface FleetSeen {
  fleet: FleetAnswer;
  plan: PlanAnswer;
  history: HistoryAnswer;
  /** When it was asked for, by this device's clock. */
  at: number;
}

/**
 * The fleet as it is, asked for again and again while the page is looked at; more and more seldom, jittered, while nobody
 * answers. `isAway`: the latest attempt failed. `onRefused`: the token is not good any more.
 */
export function useFleet(
  api: OperatorsApi,
  onRefused: () => void,
): { seen: FleetSeen | undefined; isAway: boolean; look: () => void } {
  const [seen, setSeen] = useState<FleetSeen>();
  const [isAway, setAway] = useState(false);
  const wake = useRef(() => {});
  const refused = useRef(onRefused);
  refused.current = onRefused;
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let round = 0;
    let history: HistoryAnswer | undefined;
    let isLooking = false;
    const next = (ms: number) => {
      clearTimeout(timer);
      if (!gone.signal.aborted && !document.hidden) timer = setTimeout(() => void look(), ms);
    };
    const look = async () => {
      if (isLooking) return;
      isLooking = true;
      const wantsHistory = history === undefined || round % historyRounds === 0;
      round += 1;
      try {
        const [fleet, plan, before] = await Promise.all([
          api.fleet(gone.signal),
          api.plan(gone.signal),
          wantsHistory ? api.history(gone.signal) : history!,
        ]);
        history = before;
        failures = 0;
        setAway(false);
        setSeen({ fleet, plan, history, at: Date.now() });
      } catch (error) {
        if (gone.signal.aborted) return;
        failures += 1;
        setAway(true);
        if (error instanceof BerthError && error.code === 'unauthenticated') return refused.current();
      } finally {
        isLooking = false;
      }
      next(failures === 0 ? pollMs : pollMs + Math.random() * Math.min(maxPauseMs, pollMs * 2 ** failures));
    };
    wake.current = () => next(0);
    const onVisible = () => next(0);
    document.addEventListener('visibilitychange', onVisible);
    window.addEventListener('online', onVisible);
    void look();
    return () => {
      gone.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
      window.removeEventListener('online', onVisible);
    };
  }, [api]);
  return { seen, isAway, look: useCallback(() => wake.current(), []) };
}
