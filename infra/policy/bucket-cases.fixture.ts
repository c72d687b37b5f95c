import type { Properties, Subject } from './rule.ts';

const resource = (type: string, props: Properties): Subject => ({ type, name: 'it', props });
const closed = {
  ...{ blockPublicAcls: true, blockPublicPolicy: true },
  ...{ ignorePublicAcls: true, restrictPublicBuckets: true },
};
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
  ],
  'buckets-have-all': [
    [
      resource('aws:s3/bucket:Bucket', {}),
      ...[
        'PublicAccessBlock',
        'ServerSideEncryptionConfiguration',
        'Versioning',
        'LifecycleConfiguration',
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
    [/ACL is public-read/, [resource('aws:s3/bucketAcl:BucketAcl', { acl: 'public-read' })]],
  ],
  'buckets-have-all': [[/BucketPublicAccessBlock/, [resource('aws:s3/bucket:Bucket', {})]]],
};
