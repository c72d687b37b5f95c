import * as ecr from '@pulumi/aws/ecr/index.js';
import * as pulumi from '@pulumi/pulumi';
import { services as apps } from '../../images/arguments.ts';

export interface RegistryArgs {
  /** Path of the repositories in the account's registry. */
  path: string;
  protect: boolean;
}

const keptTags = 50;

/** Repositories of the images in ECR. A tag never changes its meaning. */
export class Registry extends pulumi.ComponentResource {
  /** Registry and path before the name of the app. */
  readonly repository: pulumi.Output<string>;

  constructor(name: string, args: RegistryArgs, options: pulumi.ComponentResourceOptions) {
    super('berth:aws:Registry', name, {}, options);
    const inside = { parent: this };
    const urls = apps.map((app) => {
      const repository = new ecr.Repository(
        `${name}-${app}`,
        {
          name: `${args.path}/${app}`,
          imageTagMutability: 'IMMUTABLE',
          imageScanningConfiguration: { scanOnPush: true },
          encryptionConfigurations: [{ encryptionType: 'AES256' }],
          forceDelete: !args.protect,
        },
        { ...inside, protect: args.protect },
      );
      new ecr.LifecyclePolicy(
        `${name}-${app}`,
        {
          repository: repository.name,
          policy: JSON.stringify({
            rules: [
              {
                rulePriority: 1,
                description: 'Enough to roll back to',
                selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: keptTags },
                action: { type: 'expire' },
              },
            ],
          }),
        },
        inside,
      );
      return repository.repositoryUrl;
    });
    this.repository = urls[0]!.apply((url) => url.slice(0, url.lastIndexOf('/')));
    this.registerOutputs({ repository: this.repository });
  }
}
