import { kindOf } from './pods.ts';
import type { Properties, SetRule, Subject } from './rule.ts';

const namespaceOf = ({ props }: Subject): string => props.metadata?.namespace ?? '';
const nameOf = ({ props, name }: Subject): string => props.metadata?.name ?? name;

export const autoscaledMeansNoReplicas: SetRule = {
  name: 'autoscaled-means-no-replicas',
  description: 'What an autoscaler counts has no count of its own: an upgrade would set it back.',
  check(subjects) {
    const targets = subjects
      .filter(({ type }) => kindOf(type) === 'HorizontalPodAutoscaler')
      .map((subject) => {
        const { kind, name } = subject.props.spec?.scaleTargetRef ?? {};
        return `${namespaceOf(subject)}/${kind}/${name}`;
      });
    return subjects.flatMap((subject) => {
      const id = `${namespaceOf(subject)}/${kindOf(subject.type)}/${nameOf(subject)}`;
      const both = targets.includes(id) && subject.props.spec?.replicas !== undefined;
      const parts = kindOf(subject.type) === 'Release' ? scaledTwice(subject.props.values ?? {}) : [];
      return [
        ...(both
          ? [{ subject, message: `is autoscaled and yet says replicas: ${subject.props.spec.replicas}` }]
          : []),
        ...parts.map((part) => ({ subject, message: `values.${part} is autoscaled and yet says replicas` })),
      ];
    });
  },
};

function scaledTwice(values: Properties): string[] {
  return Object.entries(values)
    .filter(
      ([, part]) => (part?.autoscaling?.enabled || part?.scaling?.enabled) && part.replicas !== undefined,
    )
    .map(([name]) => name);
}

export const budgetPerWorkload: SetRule = {
  name: 'budget-per-workload',
  description: 'A workload of several pods has a PodDisruptionBudget that lets go of some, but not of all.',
  check(subjects) {
    const budgets = subjects.filter(({ type }) => kindOf(type) === 'PodDisruptionBudget');
    return subjects
      .filter(({ type }) => ['Deployment', 'StatefulSet'].includes(kindOf(type) ?? ''))
      .filter(({ props }) => (props.spec?.replicas ?? 2) > 1)
      .flatMap((subject) => {
        const labels = subject.props.spec?.template?.metadata?.labels ?? {};
        const budget = budgets.find(
          (candidate) => namespaceOf(candidate) === namespaceOf(subject) && selects(candidate, labels),
        );
        if (!budget) return [{ subject, message: 'has several pods and no PodDisruptionBudget' }];
        const { maxUnavailable, minAvailable } = budget.props.spec ?? {};
        const blocks = maxUnavailable === 0 || maxUnavailable === '0%' || minAvailable === '100%';
        return blocks
          ? [{ subject: budget, message: 'never lets go of a pod: nodes cannot be renewed' }]
          : [];
      });
  },
};

function selects({ props }: Subject, labels: Record<string, string>): boolean {
  const wanted = Object.entries(props.spec?.selector?.matchLabels ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}
