/* biome-ignore lint/suspicious/noExplicitAny: any resource of any provider, or any manifest */
export type Properties = Record<string, any>;

/** Stands in place of whatever a preview cannot know. */
export const notKnownYet = '(not known yet)';

/** A resource, or a rendered manifest: what rules look at. */
export interface Subject {
  /** As Pulumi writes it: `aws:rds/instance:Instance`, `kubernetes:apps/v1:Deployment`. */
  type: string;
  name: string;
  props: Properties;
}

/** A rule on one subject. Plain: the subject in, sentences about what is wrong with it out. */
export interface SubjectRule {
  name: string;
  description: string;
  check(subject: Subject): string[];
}

/** A rule on all subjects together. */
export interface SetRule {
  name: string;
  description: string;
  check(subjects: Subject[]): { subject: Subject; message: string }[];
}
