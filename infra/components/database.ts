import * as cloudwatch from '@pulumi/aws/cloudwatch/index.js';
import * as rds from '@pulumi/aws/rds/index.js';
import * as pulumi from '@pulumi/pulumi';
import { createStoreAccess } from './store-access.ts';

export interface DatabaseArgs {
  vpcId: pulumi.Input<string>;
  subnetIds: pulumi.Input<string>[];
  /** Security group of those who may connect. */
  clients: pulumi.Input<string>;
  instanceClass: string;
  storageGiB: number;
  backupDays: number;
  /** Snapshot to begin with; empty: an empty database. */
  snapshot: string;
  password: pulumi.Input<string>;
  /** Its name, which its logs have, too; another one for each snapshot that it is made from. */
  instanceName: string;
  /** Days that its logs are kept. */
  logDays: number;
  /** Against deletion, by Pulumi and by AWS; without it no snapshot is left behind either. */
  protect: boolean;
  /** Name of the snapshot that stays when a protected instance is deleted after all. */
  finalSnapshot: string;
}

const parameters = {
  // A commit that was acknowledged is on disk, in both logs: what Berth promises rests on these two.
  innodb_flush_log_at_trx_commit: '1',
  sync_binlog: '1',
  // 128 for each connection of each chat and gate pod.
  max_prepared_stmt_count: '1048576',
  require_secure_transport: '1',
  character_set_server: 'utf8mb4',
  collation_server: 'utf8mb4_bin',
  slow_query_log: '1',
  long_query_time: '1',
  log_output: 'FILE',
};

/** Logs that CloudWatch keeps. */
const logs = ['error', 'slowquery'];

/** MySQL 8.4 in two zones: every commit is on the stand-by's disk, too, before it is acknowledged. */
export class Database extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;
  readonly identifier: pulumi.Output<string>;

  constructor(name: string, args: DatabaseArgs, options: pulumi.ComponentResourceOptions) {
    super('berth:aws:Database', name, {}, options);
    const inside = { parent: this };
    const access = createStoreAccess(name, { vpcId: args.vpcId, from: args.clients, port: 3306 }, inside);
    const subnets = new rds.SubnetGroup(name, { subnetIds: args.subnetIds }, inside);
    const parameterGroup = new rds.ParameterGroup(
      name,
      {
        family: 'mysql8.4',
        description: 'What is acknowledged is on disk',
        parameters: Object.entries(parameters).map(([key, value]) => ({
          name: key,
          value,
          // All of them can be changed while MySQL runs.
          applyMethod: 'immediate',
        })),
      },
      inside,
    );
    // RDS makes those that are not there, and keeps what is in them for ever.
    const logGroups = logs.map(
      (log) =>
        new cloudwatch.LogGroup(
          `${name}-${log}`,
          { name: `/aws/rds/instance/${args.instanceName}/${log}`, retentionInDays: args.logDays },
          inside,
        ),
    );
    const instance = new rds.Instance(
      name,
      {
        identifier: args.instanceName,
        engine: 'mysql',
        engineVersion: '8.4',
        instanceClass: args.instanceClass,
        multiAz: true,
        dbName: 'berth',
        ...(args.snapshot && { snapshotIdentifier: args.snapshot }),
        username: 'berth',
        password: args.password,
        dbSubnetGroupName: subnets.name,
        vpcSecurityGroupIds: [access.id],
        publiclyAccessible: false,
        parameterGroupName: parameterGroup.name,
        caCertIdentifier: 'rds-ca-rsa2048-g1',
        storageType: 'gp3',
        storageEncrypted: true,
        allocatedStorage: args.storageGiB,
        maxAllocatedStorage: args.storageGiB * 8,
        backupRetentionPeriod: args.backupDays,
        backupWindow: '02:00-03:00',
        maintenanceWindow: 'sun:03:30-sun:04:30',
        autoMinorVersionUpgrade: true,
        copyTagsToSnapshot: true,
        performanceInsightsEnabled: !/^db\.t/.test(args.instanceClass),
        enabledCloudwatchLogsExports: logs,
        // Else a change of the class or the password would wait for the maintenance window, and `up` say that it is done.
        applyImmediately: true,
        deletionProtection: args.protect,
        deleteAutomatedBackups: !args.protect,
        skipFinalSnapshot: !args.protect,
        ...(args.protect && { finalSnapshotIdentifier: args.finalSnapshot }),
      },
      {
        ...{ ...inside, protect: args.protect, dependsOn: logGroups },
        customTimeouts: { create: '60m', update: '80m', delete: '60m' },
      },
    );
    this.identifier = instance.identifier;
    this.url = pulumi.interpolate`mysql://berth:${args.password}@${instance.address}:3306/berth`;
    this.registerOutputs();
  }
}
