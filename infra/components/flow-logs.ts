import * as cloudwatch from '@pulumi/aws/cloudwatch/index.js';
import * as ec2 from '@pulumi/aws/ec2/index.js';
import * as iam from '@pulumi/aws/iam/index.js';
import * as pulumi from '@pulumi/pulumi';

export interface FlowLogsArgs {
  vpcId: pulumi.Input<string>;
  /** What is noted: connections that security groups refused, or all. */
  traffic: 'rejected' | 'all';
  /** Days that they are kept. */
  days: number;
}

/** Who talked to whom in the VPC, in a log group of CloudWatch. */
export class FlowLogs extends pulumi.ComponentResource {
  constructor(name: string, args: FlowLogsArgs, options: pulumi.ComponentResourceOptions) {
    super('berth:aws:FlowLogs', name, {}, options);
    const inside = { parent: this };
    const group = new cloudwatch.LogGroup(name, { retentionInDays: args.days }, inside);
    const statement = (more: object) =>
      JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] });
    const role = new iam.Role(
      name,
      {
        assumeRolePolicy: statement({
          Principal: { Service: 'vpc-flow-logs.amazonaws.com' },
          Action: 'sts:AssumeRole',
        }),
      },
      inside,
    );
    const policy = new iam.RolePolicy(
      name,
      {
        role: role.id,
        policy: group.arn.apply((arn) =>
          statement({
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
            Resource: [arn, `${arn}:*`],
          }),
        ),
      },
      inside,
    );
    new ec2.FlowLog(
      name,
      {
        vpcId: args.vpcId,
        trafficType: args.traffic === 'all' ? 'ALL' : 'REJECT',
        logDestination: group.arn,
        iamRoleArn: role.arn,
        maxAggregationInterval: 600,
      },
      { ...inside, dependsOn: [policy] },
    );
    this.registerOutputs();
  }
}
