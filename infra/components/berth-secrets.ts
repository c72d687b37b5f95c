import { publicSessionKeys } from '@berth/tokens';
import * as core from '@pulumi/kubernetes/core/v1/index.js';
import * as pulumi from '@pulumi/pulumi';
import type { Config } from '../config.ts';
import type { Endpoint, Platform } from '../platform.ts';
import { type Service, services } from '../secrets.ts';
import { checksumOf } from './checksum.ts';
import { ours } from './ours.ts';

/** A Secret as the chart is told of it: by name, with a text that changes when its content does. */
export interface NamedSecret {
  existingSecret: pulumi.Output<string>;
  checksum: pulumi.Output<string>;
}

/** The Secrets of one Berth. The chart gets their names and never what is in them. */
export class BerthSecrets extends pulumi.ComponentResource {
  readonly mysql: NamedSecret;
  readonly redis: NamedSecret;
  readonly smtp: NamedSecret;
  readonly codes: NamedSecret;
  readonly tickets: NamedSecret;
  readonly operator: NamedSecret;
  readonly sessionKeys: NamedSecret;
  readonly sessionPublicKeys: NamedSecret;
  readonly linkSecret: NamedSecret;
  readonly certificates: Record<Service, NamedSecret>;

  readonly #config: Config;
  readonly #namespace: pulumi.Input<string>;

  constructor(
    name: string,
    { config, platform, namespace }: { config: Config; platform: Platform; namespace: pulumi.Input<string> },
    options: pulumi.ComponentResourceOptions,
  ) {
    super('berth:index:Secrets', name, {}, options);
    this.#config = config;
    this.#namespace = namespace;
    this.mysql = this.#create(`${name}-mysql`, contentOf(platform.mysql));
    this.redis = this.#create(`${name}-redis`, contentOf(platform.redis));
    this.smtp = this.#create(`${name}-smtp`, contentOf(platform.smtp));
    this.codes = this.#create(`${name}-codes`, { secret: config.codeSecret });
    this.tickets = this.#create(`${name}-tickets`, { secret: config.ticketSecret });
    this.operator = this.#create(`${name}-operator`, { token: config.operatorToken });
    this.sessionKeys = this.#create(`${name}-session-keys`, { 'keys.json': config.sessionKeys });
    this.sessionPublicKeys = this.#create(`${name}-session-public-keys`, {
      'public-keys.json': config.sessionKeys.apply(publicSessionKeys),
    });
    this.linkSecret = this.#create(`${name}-link-secret`, { secret: config.linkSecret });
    const certificates = services.map((service) => [
      service,
      this.#create(`${name}-${service}-tls`, {
        'tls.crt': config.serviceTls.apply((tls) => tls[service].certificate),
        'tls.key': config.serviceTls.apply((tls) => tls[service].key),
        'ca.crt': config.serviceTls.apply((tls) => tls.authority),
      }),
    ]);
    this.certificates = Object.fromEntries(certificates);
    this.registerOutputs();
  }

  #create(name: string, stringData: Record<string, pulumi.Input<string>>): NamedSecret {
    const secret = new core.Secret(
      name,
      { metadata: { name, namespace: this.#namespace, annotations: ours }, stringData },
      { parent: this },
    );
    return {
      existingSecret: secret.metadata.name,
      checksum: checksumOf(this.#config.checksumKey, stringData),
    };
  }
}

const contentOf = ({ url, authority }: Endpoint): Record<string, pulumi.Input<string>> => ({
  url,
  ...(authority && { 'ca.crt': authority }),
});
