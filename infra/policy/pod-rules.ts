import { containersOf, podOf } from './pods.ts';
import type { Properties, SubjectRule } from './rule.ts';

/** The Pod Security standard `restricted`, and a root file system that cannot be written. */
export const restrictedPods: SubjectRule = {
  name: 'restricted-pods',
  description: 'Pods meet the Pod Security standard restricted, with a read-only root file system.',
  check(subject) {
    const pod = podOf(subject);
    if (!pod) return [];
    const host = ['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => pod[field] === true);
    const paths = (pod.volumes ?? []).filter((volume: Properties) => volume.hostPath !== undefined);
    return [
      ...host.map((field) => `${field} is on`),
      ...paths.map((volume: Properties) => `volume ${volume.name} is a path of the node`),
      ...containersOf(pod).flatMap((container) =>
        faultsOf(container, pod.securityContext ?? {}).map(
          (fault) => `container ${container.name}: ${fault}`,
        ),
      ),
    ];
  },
};

function faultsOf(container: Properties, pod: Properties): string[] {
  const own = container.securityContext ?? {};
  const effective = { ...pod, ...own };
  const profile = effective.seccompProfile?.type;
  const added = (own.capabilities?.add ?? []).filter((name: string) => name !== 'NET_BIND_SERVICE');
  const ports = (container.ports ?? []).filter((port: Properties) => port.hostPort);
  return [
    ...(effective.runAsNonRoot === true ? [] : ['runAsNonRoot is not true']),
    ...(effective.runAsUser === 0 ? ['runs as root'] : []),
    ...(profile === 'RuntimeDefault' || profile === 'Localhost' ? [] : ['has no seccomp profile']),
    ...(own.allowPrivilegeEscalation === false ? [] : ['allowPrivilegeEscalation is not false']),
    ...(own.privileged === true ? ['is privileged'] : []),
    ...(own.capabilities?.drop?.includes('ALL') ? [] : ['does not drop all capabilities']),
    ...added.map((name: string) => `adds the capability ${name}`),
    ...(own.readOnlyRootFilesystem === true ? [] : ['can write its root file system']),
    ...ports.map((port: Properties) => `takes port ${port.hostPort} of the node`),
  ];
}

export const restrictedNamespaces: SubjectRule = {
  name: 'restricted-namespaces',
  description: 'Namespaces take no pod that is not restricted.',
  check({ type, props }) {
    if (type !== 'kubernetes:core/v1:Namespace') return [];
    const level = props.metadata?.labels?.['pod-security.kubernetes.io/enforce'];
    return level === 'restricted' ? [] : ['does not enforce the Pod Security standard restricted'];
  },
};

/** CPU has no limit: it would throttle, where a neighbour's request is guaranteed anyway. */
export const requestsAndLimits: SubjectRule = {
  name: 'requests-and-limits',
  description: 'Containers request CPU and memory, and their memory is limited.',
  check(subject) {
    const pod = podOf(subject);
    if (!pod) return [];
    return containersOf(pod).flatMap(({ name, resources = {} }) => [
      ...(resources.requests?.cpu ? [] : [`container ${name} requests no CPU`]),
      ...(resources.requests?.memory ? [] : [`container ${name} requests no memory`]),
      ...(resources.limits?.memory ? [] : [`container ${name} has no limit of memory`]),
    ]);
  },
};

export const noLatest: SubjectRule = {
  name: 'no-latest',
  description: 'Images are named by a digest or a tag other than latest.',
  check(subject) {
    const pod = podOf(subject);
    if (pod) return containersOf(pod).flatMap(({ name, image }) => faultOfImage(`container ${name}`, image));
    if (!subject.type.startsWith('kubernetes:helm.sh/v3:Release')) return [];
    const { image, ...values } = (subject.props.values ?? {}) as Properties;
    return [
      ...(image?.tag === 'latest' ? ['values.image.tag is latest'] : []),
      ...Object.entries(values).flatMap(([part, value]) =>
        typeof value?.image === 'string' ? faultOfImage(`values.${part}`, value.image) : [],
      ),
    ];
  },
};

function faultOfImage(owner: string, image: unknown): string[] {
  if (typeof image !== 'string') return [`${owner} has no image`];
  if (image.includes('@sha256:')) return [];
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? [`${owner} runs ${image}, which can change under it`] : [];
}

/** Names of variables that say how long a stopping process needs, in seconds. */
const drainVariable = /(^|_)DRAIN_SECONDS$/;

export const graceCoversDrain: SubjectRule = {
  name: 'grace-covers-drain',
  description: 'A pod gets more time to stop than its preStop hook and its drain take.',
  check(subject) {
    const pod = podOf(subject);
    if (!pod) return [];
    const grace = pod.terminationGracePeriodSeconds ?? 30;
    return containersOf(pod).flatMap(({ name, env = [], lifecycle }) => {
      const drain = env.find((variable: Properties) => drainVariable.test(variable.name))?.value ?? 0;
      const sleep = lifecycle?.preStop?.sleep?.seconds ?? 0;
      const needed = Number(drain) + Number(sleep);
      return needed === 0 || grace > needed
        ? []
        : [`container ${name} drains for ${needed} s, of which the grace period leaves it ${grace} s`];
    });
  },
};
