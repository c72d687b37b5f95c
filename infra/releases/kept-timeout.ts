import { createHash } from 'node:crypto';
import * as pulumi from '@pulumi/pulumi';

/** What a release came up with last: its time-out in seconds, and a hash of all else that it was given. */
export interface Applied {
  timeoutSeconds: number;
  of: string;
}

/**
 * What a release is to be given. Its time-out is an input like any other, so that the engine would make a revision for a
 * change of it alone: the one stays that the release came up with last, until something else is changed. When an update
 * fails nothing was noted, so the next one has the time-out that is set then.
 */
export function keptTimeout(
  name: string,
  wanted: number,
  others: pulumi.Input<unknown>,
): pulumi.Output<Applied> {
  const applied = pulumi.all([others, appliedLast()]).apply(([rest, last]) => {
    const of = createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 16);
    const former = last[name];
    return { timeoutSeconds: former?.of === of ? former.timeoutSeconds : wanted, of };
  });
  return pulumi.unsecret(applied);
}

/** By the stack's output `releases`, as it was when an update succeeded last. An engine that does not tell costs a revision. */
async function appliedLast(): Promise<Record<string, Applied | null>> {
  try {
    const name = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
    const { outputs } = await pulumi.runtime.invoke('pulumi:pulumi:readStackOutputs', { name });
    return outputs?.releases ?? {};
  } catch {
    return {};
  }
}

/** What is to be noted: what the release was given when it is up, what was noted before when it did not come up. */
export function onceUp(
  name: string,
  applied: pulumi.Output<Applied>,
  release: pulumi.CustomResource,
): pulumi.Output<Applied | null> {
  const isUp = (release.id as unknown as { promise(): Promise<unknown> }).promise().then(
    () => true,
    () => false,
  );
  const noted = Promise.all([isUp, appliedLast()]).then(([up, last]) =>
    up ? applied : (last[name] ?? null),
  );
  return pulumi.output(noted);
}
