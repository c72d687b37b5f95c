import * as cloudwatch from '@pulumi/aws/cloudwatch/index.js';
import * as pulumi from '@pulumi/pulumi';

export interface AlarmsArgs {
  /** ARN of the SNS topic that is told. */
  topic: string;
  /** Identifier of MySQL's instance, and the storage that it has at first. */
  mysql: pulumi.Input<string>;
  mysqlStorageGiB: number;
  /** Identifier of Redis' replication group. */
  redis: pulumi.Input<string>;
}

/** What nobody sees from inside the cluster before it hurts: the stores running out of disk, CPU or memory. */
export class Alarms extends pulumi.ComponentResource {
  constructor(name: string, args: AlarmsArgs, options: pulumi.ComponentResourceOptions) {
    super('berth:aws:Alarms', name, {}, options);
    const mysql = { namespace: 'AWS/RDS', dimensions: { DBInstanceIdentifier: args.mysql } };
    // Of the group's two nodes the first, which has its name with 001 behind it, and holds the same as the other.
    const redis = {
      namespace: 'AWS/ElastiCache',
      dimensions: { CacheClusterId: pulumi.interpolate`${args.redis}-001` },
    };
    const bytes = 1_073_741_824;
    const alarms: [string, cloudwatch.MetricAlarmArgs][] = [
      [
        'mysql-disk',
        {
          ...{ ...mysql, metricName: 'FreeStorageSpace', statistic: 'Minimum' },
          ...{ comparisonOperator: 'LessThanThreshold', threshold: (args.mysqlStorageGiB * bytes) / 20 },
        },
      ],
      ['mysql-cpu', { ...mysql, metricName: 'CPUUtilization', ...above(85) }],
      ['redis-memory', { ...redis, metricName: 'DatabaseMemoryUsagePercentage', ...above(75) }],
      ['redis-cpu', { ...redis, metricName: 'EngineCPUUtilization', ...above(85) }],
    ];
    for (const [alarm, what] of alarms)
      new cloudwatch.MetricAlarm(
        `${name}-${alarm}`,
        { ...what, ...tenMinutes, alarmActions: [args.topic], okActions: [args.topic] },
        { parent: this },
      );
    this.registerOutputs();
  }
}

const tenMinutes = { period: 300, evaluationPeriods: 2 };

const above = (threshold: number) => ({
  statistic: 'Average',
  comparisonOperator: 'GreaterThanThreshold',
  threshold,
});
