import { createHmac } from 'node:crypto';
import * as pulumi from '@pulumi/pulumi';

/**
 * A text that changes when the content does, so that pods notice. Keyed, so that nobody who reads a pod's annotations can
 * try passwords on it: it may be shown.
 */
export function checksumOf(
  key: pulumi.Input<string>,
  content: pulumi.Inputs | pulumi.Input<string>[],
): pulumi.Output<string> {
  const checksum = pulumi.all([key, pulumi.output(content)]).apply(([known, all]) =>
    createHmac('sha256', known)
      .update(JSON.stringify(Object.entries(all).sort()))
      .digest('hex')
      .slice(0, 16),
  );
  return pulumi.unsecret(checksum);
}
