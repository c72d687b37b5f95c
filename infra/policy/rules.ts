import {
  bucketsHaveAll,
  closedBuckets,
  durability,
  encryption,
  noOpenApi,
  noPublicDatabase,
  tlsAtTheDoor,
} from './aws-rules.ts';
import {
  graceCoversDrain,
  noLatest,
  requestsAndLimits,
  restrictedNamespaces,
  restrictedPods,
} from './pod-rules.ts';
import type { Properties, SetRule, Subject, SubjectRule } from './rule.ts';
import { mutualTls, noSecretInConfigMap, noSecretInValues } from './secret-rules.ts';
import { autoscaledMeansNoReplicas, budgetPerWorkload } from './set-rules.ts';

export const subjectRules: SubjectRule[] = [
  restrictedPods,
  restrictedNamespaces,
  requestsAndLimits,
  noLatest,
  graceCoversDrain,
  noPublicDatabase,
  noOpenApi,
  encryption,
  durability,
  closedBuckets,
  tlsAtTheDoor,
  noSecretInValues,
  noSecretInConfigMap,
  mutualTls,
];

export const setRules: SetRule[] = [autoscaledMeansNoReplicas, budgetPerWorkload, bucketsHaveAll];

/** All that the rules have to say about resources or manifests: `rule: type name: what is wrong`. Empty is good. */
export function checkSubjects(subjects: Subject[]): string[] {
  const alone = subjects.flatMap((subject) =>
    subjectRules.flatMap((rule) => rule.check(subject).map((message) => ({ rule, subject, message }))),
  );
  const together = setRules.flatMap((rule) =>
    rule.check(subjects).map(({ subject, message }) => ({ rule, subject, message })),
  );
  return [...alone, ...together].map(
    ({ rule, subject, message }) => `${rule.name}: ${subject.type} ${subject.name}: ${message}`,
  );
}

/** A manifest, as `helm template` renders it, in the form that rules look at. */
export function subjectOf(manifest: Properties): Subject {
  // The core group has no name in manifests, and one in Pulumi's types.
  const version = manifest.apiVersion === 'v1' ? 'core/v1' : manifest.apiVersion;
  return {
    type: `kubernetes:${version}:${manifest.kind}`,
    name: manifest.metadata?.name ?? '',
    props: manifest,
  };
}
