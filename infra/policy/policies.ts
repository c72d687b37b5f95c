import type { Policies } from '@pulumi/policy';
import { notKnownYet, type Properties } from './rule.ts';
import { setRules, subjectRules } from './rules.ts';

/** The rules as the engine calls them. */
export function createPolicies(): Policies {
  return [
    ...subjectRules.map(({ name, description, check }) => ({
      name,
      description,
      validateResource: (
        { type, name: resource, props }: { type: string; name: string; props: Properties },
        report: (message: string) => void,
      ) => {
        for (const message of check({ type, name: resource, props: plain(props) })) report(message);
      },
    })),
    ...setRules.map(({ name, description, check }) => ({
      name,
      description,
      validateStack: (
        { resources }: { resources: { type: string; name: string; props: Properties; urn: string }[] },
        report: (message: string, urn?: string) => void,
      ) => {
        const subjects = resources.map(({ type, name: resource, props, urn }) => ({
          type,
          name: resource,
          props: plain(props),
          urn,
        }));
        for (const { subject, message } of check(subjects)) {
          report(message, subjects.find((candidate) => candidate === subject)?.urn);
        }
      },
    })),
  ];
}

/**
 * A copy in which what a preview does not know yet says so. The engine's own object throws when such a value is touched,
 * which would let one unknown address keep a rule from all the rest.
 */
function plain<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return Array.from({ length: value.length }, (_, index) => read(value, index)) as T;
  return Object.fromEntries(Object.keys(value).map((key) => [key, read(value, key)])) as T;
}

function read(owner: object, key: string | number): unknown {
  try {
    return plain((owner as Properties)[key]);
  } catch {
    return notKnownYet;
  }
}
