import { notKnownYet, type Properties, type Subject } from './rule.ts';

const resource = (type: string, props: Properties): Subject => ({ type, name: 'it', props });
const closed = {
  ...{ blockPublicAcls: true, blockPublicPolicy: true },
  ...{ ignorePublicAcls: true, restrictPublicBuckets: true },
};
const withTls = {
  ...{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: ['it', 'it/*'] },
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};
const policyOf = (...Statement: object[]) =>
  resource('aws:s3/bucketPolicy:BucketPolicy', { policy: JSON.stringify({ Statement }) });
const reading = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'it/*' };
const versioned = { versioningConfiguration: { status: 'Enabled' } };

/** Buckets that the rules are content with. */
export const goodBuckets: Record<string, Subject[][]> = {
  'closed-buckets': [
    [resource('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock', closed)],
    [
      resource('aws:s3/bucketVersioning:BucketVersioning', {
        versioningConfiguration: { status: 'Enabled' },
      }),
    ],
    [
      resource('aws:s3/bucketCorsConfiguration:BucketCorsConfiguration', {
        corsRules: [{ allowedOrigins: ['https://chat.example.com'] }],
      }),
    ],
    [policyOf(withTls, { ...reading, Principal: { AWS: 'arn:aws:iam::123456789012:role/files' } })],
    // It names a bucket that is still to be made.
    [resource('aws:s3/bucketPolicy:BucketPolicy', {})],
    [resource('aws:s3/bucketPolicy:BucketPolicy', { policy: notKnownYet })],
  ],
  'buckets-have-all': [
    [
      resource('aws:s3/bucket:Bucket', {}),
      ...[
        'PublicAccessBlock',
        'ServerSideEncryptionConfiguration',
        'Versioning',
        'LifecycleConfiguration',
        'Policy',
      ].map((kind) =>
        resource(`aws:s3/bucket${kind}:Bucket${kind}`, kind === 'PublicAccessBlock' ? closed : versioned),
      ),
    ],
  ],
};

/** And those that they are not, with what is said of them. */
export const badBuckets: Record<string, [RegExp, Subject[]][]> = {
  'closed-buckets': [
    [
      /blockPublicPolicy/,
      [
        resource('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock', {
          ...closed,
          blockPublicPolicy: false,
        }),
      ],
    ],
    [
      /status is not Enabled/,
      [
        resource('aws:s3/bucketVersioning:BucketVersioning', {
          versioningConfiguration: { status: 'Suspended' },
        }),
      ],
    ],
    [
      /any origin/,
      [
        resource('aws:s3/bucketCorsConfiguration:BucketCorsConfiguration', {
          corsRules: [{ allowedOrigins: ['*'] }],
        }),
      ],
    ],
    [/everybody may use it/, [policyOf(withTls, { ...reading, Principal: '*' })]],
    [/without TLS/, [policyOf({ ...reading, Principal: { AWS: 'arn:aws:iam::123456789012:role/files' } })]],
    [/ACL is public-read/, [resource('aws:s3/bucketAcl:BucketAcl', { acl: 'public-read' })]],
  ],
  'buckets-have-all': [[/BucketPublicAccessBlock/, [resource('aws:s3/bucket:Bucket', {})]]],
};
