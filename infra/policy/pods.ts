import type { Properties, Subject } from './rule.ts';

/** The pod that a workload makes, or is; undefined for everything else. */
export function podOf({ type, props }: Subject): Properties | undefined {
  switch (kindOf(type)) {
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'Job':
      return props.spec?.template?.spec;
    case 'CronJob':
      return props.spec?.jobTemplate?.spec?.template?.spec;
    case 'Pod':
      return props.spec;
    default:
      return undefined;
  }
}

/** Of a Kubernetes type its kind; of any other type nothing. */
export const kindOf = (type: string): string | undefined =>
  type.startsWith('kubernetes:') ? type.split(':').at(-1) : undefined;

export const containersOf = (pod: Properties): Properties[] => [
  ...(pod.initContainers ?? []),
  ...(pod.containers ?? []),
];
