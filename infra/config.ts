import { createHmac } from 'node:crypto';
import * as pulumi from '@pulumi/pulumi';
import type { z } from 'zod';
import { awsSettings } from './aws-settings.ts';
import { awsSecrets, commonSecrets, keptSecrets, kindSecrets, type Secret } from './secrets.ts';
import type { Setting } from './setting.ts';
import { commonSettings, kindSettings } from './settings.ts';

type Values<S extends Record<string, Setting>> = { readonly [K in keyof S]: z.output<S[K]['schema']> };
type Secrets<S extends Record<string, Secret>> = {
  readonly [K in keyof S]: pulumi.Output<z.output<S[K]['schema']>>;
};

type Common = Omit<Values<typeof commonSettings>, 'platform'> & Secrets<typeof commonSecrets>;
/** What the platform `kind` is configured with. */
export type KindConfig = Common & { platform: 'kind' } & Values<typeof kindSettings> &
  Secrets<typeof kindSecrets>;
/** What the platform `aws` is configured with. */
export type AwsConfig = Common & { platform: 'aws' } & Values<typeof awsSettings> &
  Secrets<typeof awsSecrets>;
/** The stack's whole configuration, checked. */
export type Config = KindConfig | AwsConfig;

const prefix = 'berth:';

/**
 * Reads and checks the configuration of the stack: the only reader of pulumi.Config. Secrets are known in every preview,
 * so they are checked too, before anything is created. Throws a RunError with a line per fault, each with the command
 * that mends it.
 */
export async function readConfig(source = new pulumi.Config('berth')): Promise<Config> {
  const faults: string[] = [];
  const { platform } = readSettings(source, { platform: commonSettings.platform }, []);
  // Which platform it is decides what else there is to set; of one that is not known all can be told that all have.
  const own = { kind: [kindSettings, kindSecrets], aws: [awsSettings, awsSecrets] } as const;
  const [ownSettings, ownSecrets] = platform ? own[platform] : [{}, {}];
  const settings = { ...commonSettings, ...ownSettings };
  const secrets = { ...commonSecrets, ...ownSecrets };
  const known = new Set(Object.keys({ ...settings, ...secrets, ...keptSecrets }));
  for (const key of platform ? Object.keys(pulumi.runtime.allConfig()) : []) {
    if (key.startsWith(prefix) && !known.has(key.slice(prefix.length))) {
      faults.push(`${key} is not a setting of ${platform}: pulumi config rm ${key}`);
    }
  }
  const config = {
    ...readSettings(source, settings, faults),
    ...(await readSecrets(source, secrets, platform ?? 'kind|aws', faults)),
  } as unknown as Config;
  checkTogether(config, faults);
  refuse(faults);
  return config;
}

function readSettings<S extends Record<string, Setting>>(
  source: pulumi.Config,
  settings: S,
  faults: string[],
): Values<S> {
  const read = Object.entries(settings).map(([name, setting]) => {
    const mend = `pulumi config set ${prefix}${name} ${setting.example}`;
    const content = source.get(name) ?? setting.default;
    if (content === undefined) {
      faults.push(`${prefix}${name} is not set: ${mend}`);
      return [name, undefined];
    }
    const result = setting.schema.safeParse(content);
    if (!result.success)
      faults.push(`${prefix}${name} is ${quote(content)}, ${messageOf(result.error)}: ${mend}`);
    return [name, result.data];
  });
  return Object.fromEntries(read);
}

async function readSecrets<S extends Record<string, Secret>>(
  source: pulumi.Config,
  secrets: S,
  platform: string,
  faults: string[],
): Promise<Secrets<S>> {
  const read = Object.entries(secrets).map(async ([name, { schema, isOwn, from }]) => {
    const byHand = `pulumi config set --secret ${prefix}${name}`;
    const mend = isOwn ? byHand : `npm run stack -- init ${platform}, or ${byHand}`;
    const isSet = (secret: string) => Boolean(pulumi.runtime.allConfig()[prefix + secret]);
    if (!isSet(name) && from !== undefined && isSet(from)) {
      const follow = (key: string) => createHmac('sha256', key).update(`berth ${name}`).digest('base64url');
      return [name, source.requireSecret(from).apply(follow)];
    }
    if (!isSet(name)) {
      faults.push(`${prefix}${name} is not set: ${mend}`);
      return [name, undefined];
    }
    const secret = source.requireSecret(name);
    const result = schema.safeParse(await known(secret));
    // The value itself is not for anybody's eyes.
    if (!result.success) faults.push(`${prefix}${name} cannot be used, ${messageOf(result.error)}: ${mend}`);
    return [name, secret.apply(() => result.data)];
  });
  return Object.fromEntries(await Promise.all(read));
}

/** Faults of settings that are right one by one; one that is not is undefined. */
function checkTogether(config: Config, faults: string[]): void {
  if (config.chatMin > config.chatMax) {
    faults.push(
      `${prefix}chatMax is ${config.chatMax}, less than chatMin: pulumi config set ${prefix}chatMax ${config.chatMin}`,
    );
  }
  if (config.platform === 'aws' && !config.hostedZone && !config.certificate) {
    const { hostedZone, certificate } = awsSettings;
    faults.push(
      `${prefix}hostedZone is not set, nor is certificate: pulumi config set ${prefix}hostedZone ${hostedZone.example}, ` +
        `or pulumi config set ${prefix}certificate ${certificate.example}`,
    );
  }
}

function refuse(faults: string[]): void {
  if (faults.length > 0) throw new pulumi.RunError(faults.join('\n'));
}

const known = (secret: pulumi.Output<string>): Promise<string> =>
  new Promise((resolve) => {
    secret.apply(resolve);
  });

const quote = (content: string): string =>
  JSON.stringify(content.length > 60 ? `${content.slice(0, 60)}…` : content);

const messageOf = (error: z.ZodError): string => {
  const { path, message } = error.issues[0]!;
  const text = message.replace(/^Invalid (input|option): /, '');
  return path.length === 0 ? text : `${path.join('.')}: ${text}`;
};
