import { PolicyPack } from '@pulumi/policy';
import { createPolicies } from './policies.ts';

new PolicyPack('berth', { enforcementLevel: 'mandatory', policies: createPolicies() });
