import * as acm from '@pulumi/aws/acm/index.js';
import * as route53 from '@pulumi/aws/route53/index.js';
import * as pulumi from '@pulumi/pulumi';

export interface CertificateArgs {
  domain: string;
  /** Route 53 zone that the domain is in. */
  hostedZone: string;
  protect: boolean;
}

/** A certificate of the domain, proved by a record in its zone and renewed by AWS as long as that stands. */
export class Certificate extends pulumi.ComponentResource {
  /** Known once the certificate is valid. */
  readonly arn: pulumi.Output<string>;

  constructor(
    name: string,
    { domain, hostedZone, protect }: CertificateArgs,
    options: pulumi.ComponentResourceOptions,
  ) {
    super('berth:aws:Certificate', name, {}, options);
    const inside = { parent: this };
    const certificate = new acm.Certificate(
      name,
      { domainName: domain, validationMethod: 'DNS' },
      { ...inside, protect },
    );
    const proof = certificate.domainValidationOptions.apply((all) => all[0]!);
    const record = new route53.Record(
      `${name}-proof`,
      {
        zoneId: hostedZone,
        name: proof.resourceRecordName,
        type: proof.resourceRecordType,
        records: [proof.resourceRecordValue],
        ttl: 300,
        // Certificates of one name in several stacks share their proof.
        allowOverwrite: true,
      },
      inside,
    );
    const validation = new acm.CertificateValidation(
      name,
      { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
      inside,
    );
    this.arn = validation.certificateArn;
    this.registerOutputs({ arn: this.arn });
  }
}
