import * as eks from '@pulumi/aws/eks/index.js';
import * as iam from '@pulumi/aws/iam/index.js';
import * as s3 from '@pulumi/aws/s3/index.js';
import * as pulumi from '@pulumi/pulumi';

export interface FilesBucketArgs {
  clusterName: pulumi.Input<string>;
  /** Of the pods that may read and write it: those of the chart's files. */
  namespace: string;
  serviceAccount: string;
  /** Whose pages may read it. */
  origin: string;
  /** Bucket that notes every access; empty: nobody does. */
  logBucket: string;
  protect: boolean;
}

/** Days in which what was deleted by mistake, or overwritten, can be got back. */
const oldVersionDays = 30;
/** Days after which an upload that was broken off is given up, if the service itself has not done so. */
const brokenUploadDays = 7;

/** What people attach: a bucket that nothing but the pods of files reaches, who prove by Pod Identity who they are. */
export class FilesBucket extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;

  constructor(name: string, args: FilesBucketArgs, options: pulumi.ComponentResourceOptions) {
    super('berth:aws:FilesBucket', name, {}, options);
    const inside = { parent: this };
    const bucket = new s3.Bucket(name, { forceDestroy: !args.protect }, { ...inside, protect: args.protect });
    const of = { bucket: bucket.bucket };
    new s3.BucketOwnershipControls(name, { ...of, rule: { objectOwnership: 'BucketOwnerEnforced' } }, inside);
    const closed = new s3.BucketPublicAccessBlock(
      name,
      {
        ...of,
        ...{ blockPublicAcls: true, blockPublicPolicy: true },
        ...{ ignorePublicAcls: true, restrictPublicBuckets: true },
      },
      inside,
    );
    new s3.BucketServerSideEncryptionConfiguration(
      name,
      { ...of, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }] },
      inside,
    );
    new s3.BucketVersioning(name, { ...of, versioningConfiguration: { status: 'Enabled' } }, inside);
    new s3.BucketLifecycleConfiguration(
      name,
      {
        ...of,
        rules: [
          {
            id: 'old-versions',
            status: 'Enabled',
            filter: {},
            noncurrentVersionExpiration: { noncurrentDays: oldVersionDays },
            expiration: { expiredObjectDeleteMarker: true },
          },
          {
            id: 'broken-uploads',
            status: 'Enabled',
            filter: {},
            abortIncompleteMultipartUpload: { daysAfterInitiation: brokenUploadDays },
          },
        ],
      },
      inside,
    );
    new s3.BucketCorsConfiguration(
      name,
      {
        ...of,
        corsRules: [
          {
            allowedOrigins: [args.origin],
            allowedMethods: ['GET', 'HEAD'],
            allowedHeaders: ['range'],
            exposeHeaders: ['content-range', 'etag'],
            maxAgeSeconds: 86_400,
          },
        ],
      },
      inside,
    );
    if (args.logBucket !== '')
      new s3.BucketLogging(name, { ...of, targetBucket: args.logBucket, targetPrefix: `${name}/` }, inside);
    new s3.BucketPolicy(
      name,
      { ...of, policy: bucket.arn.apply(throughTlsOnly) },
      { ...inside, dependsOn: [closed] },
    );
    this.#grant(name, args, bucket.arn);
    this.bucket = bucket.bucket;
    this.registerOutputs({ bucket: this.bucket });
  }

  #grant(name: string, args: FilesBucketArgs, arn: pulumi.Output<string>): void {
    const inside = { parent: this };
    const role = new iam.Role(name, { assumeRolePolicy: JSON.stringify(podsMayAssume) }, inside);
    new iam.RolePolicy(name, { role: role.name, policy: arn.apply(mayUse) }, inside);
    new eks.PodIdentityAssociation(
      name,
      {
        clusterName: args.clusterName,
        namespace: args.namespace,
        serviceAccount: args.serviceAccount,
        roleArn: role.arn,
      },
      inside,
    );
  }
}

const podsMayAssume = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    },
  ],
};

/** Objects and their parts; nothing of the bucket itself, and none of its old versions. */
const mayUse = (arn: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['s3:ListBucket', 's3:ListBucketMultipartUploads'], Resource: arn },
      {
        Effect: 'Allow',
        Action: [
          ...['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
          ...['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        ],
        Resource: `${arn}/*`,
      },
    ],
  });

const throughTlsOnly = (arn: string): string =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  });
