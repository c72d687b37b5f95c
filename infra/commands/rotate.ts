import { createSessionKey } from '@berth/tokens';
import { PreflightError } from '../preflight.ts';
import { serviceTlsSchema } from '../secrets.ts';
import { issueServiceTls } from './certificates.ts';
import type { PulumiStack } from './pulumi-stack.ts';

/** What can be renewed in a running platform, one at a time. */
export const rotations = {
  /** New leaves from the same authority: pods with old and new ones trust each other while they are replaced. */
  async certificates(stack: PulumiStack): Promise<string> {
    const settings = await stack.settings();
    if (!settings.has('serviceTls') || !settings.has('serviceAuthorityKey')) {
      throw new PreflightError(`there are no certificates yet: npm run stack -- init ${stack.name}`);
    }
    const { authority } = serviceTlsSchema.parse(JSON.parse(await stack.get('serviceTls')));
    const key = `${await stack.get('serviceAuthorityKey')}\n`;
    const issued = await issueServiceTls(
      { certificate: authority, key },
      settings.get('namespace') ?? 'berth',
    );
    await stack.setSecret('serviceTls', JSON.stringify(issued));
    return 'New certificates, good for a year. pulumi up replaces the pods that use them.';
  },

  /** A new key signs; the one before still verifies, and goes with the next rotation. */
  async sessions(stack: PulumiStack): Promise<string> {
    const { keys } = JSON.parse(await stack.get('sessionKeys')) as { keys: object[] };
    await stack.setSecret('sessionKeys', JSON.stringify({ keys: [createSessionKey(), ...keys.slice(0, 1)] }));
    return 'A new key signs sessions. Tokens of the one before hold until the next rotation: wait 30 days for it.';
  },
};
