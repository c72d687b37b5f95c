import * as ec2 from '@pulumi/aws/ec2/index.js';
import * as vpc from '@pulumi/aws/vpc/index.js';
import type * as pulumi from '@pulumi/pulumi';

/** A security group that lets in one port from the members of another group, and nothing else. */
export function createStoreAccess(
  name: string,
  args: { vpcId: pulumi.Input<string>; from: pulumi.Input<string>; port: number },
  inside: { parent: pulumi.Resource },
): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(
    name,
    { vpcId: args.vpcId, description: `${name}: from the pods only`, tags: { Name: name } },
    inside,
  );
  new vpc.SecurityGroupIngressRule(
    name,
    {
      securityGroupId: group.id,
      referencedSecurityGroupId: args.from,
      ipProtocol: 'tcp',
      fromPort: args.port,
      toPort: args.port,
    },
    inside,
  );
  return group;
}
