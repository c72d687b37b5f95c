import type { ClusterObject } from '../kubectl.ts';

/** Something that keeps a release from coming up. */
export interface Trouble {
  /** The same for the same trouble of another pod of its kind, or said in other numbers. */
  key: string;
  text: string;
  /** Of a container that ends again and again: its last words say more. */
  crashed?: { pod: string; container: string };
}

/** What a container waits for that will not come by itself. */
const hopeless =
  /^(CrashLoopBackOff|ErrImage\w+|ImagePullBackOff|ImageInspectError|InvalidImageName|Create\w+Error|RunContainerError)$/;
/** A pod that is not ready yet is no trouble, until it has been so for a while. */
const patience: Record<string, number> = { Unhealthy: 10, FailedScheduling: 1, BackOff: 1 };

/** What the pods and the warnings of a namespace tell of troubles since a moment (ms since 1970). */
export function troublesOf(objects: ClusterObject[], sinceMs: number): Trouble[] {
  const pods = objects.filter(({ kind }) => kind === 'Pod');
  const events = objects.filter(({ kind }) => kind === 'Event');
  return [...pods.flatMap(troublesOfPod), ...events.flatMap((event) => troubleOfEvent(event, sinceMs))];
}

/** What keeps a pod from ever being ready. */
export function troublesOfPod({ metadata: { name: pod }, status }: ClusterObject): Trouble[] {
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return containers.flatMap(({ name: container, state, lastState, image, restartCount }) => {
    const { reason, message } = state?.waiting ?? {};
    if (!hopeless.test(reason ?? '')) return [];
    const { exitCode, reason: end } = lastState?.terminated ?? {};
    const why =
      reason === 'CrashLoopBackOff'
        ? `restarts: ${restartCount}, ended with ${end} (exit code ${exitCode})`
        : message;
    const text = `pod ${pod}: container ${container} of ${image}: ${reason}: ${why ?? 'no reason is given'}`;
    return [
      {
        key: keyOf(pod, `${container} ${reason}`),
        text,
        ...(reason === 'CrashLoopBackOff' && { crashed: { pod, container } }),
      },
    ];
  });
}

function troubleOfEvent(event: ClusterObject, sinceMs: number): Trouble[] {
  const { type, reason = '', message = '', involvedObject, count, series } = event;
  const at = Date.parse(series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? '');
  const times = series?.count ?? count ?? 1;
  if (type !== 'Warning' || at < sinceMs || times < (patience[reason] ?? 1)) return [];
  // What a container says when it backs off stands above, with its last words.
  if (reason === 'BackOff' || reason === 'Failed') return [];
  const { kind, name } = involvedObject;
  const text = `${kind.toLowerCase()} ${name}: ${reason}: ${message.trim()}`;
  return [{ key: keyOf(name, `${reason} ${message}`), text }];
}

/** Pods of one Deployment differ in their last two parts, and their messages in addresses and times. */
const keyOf = (name: string, what: string): string =>
  `${name.replace(/(-[0-9a-f]{6,10})?-[0-9a-z]{5}$/, '')} ${what.replaceAll(/[0-9a-f]*\d[0-9a-f.:]*/g, '#')}`;
