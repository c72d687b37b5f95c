import * as pulumi from '@pulumi/pulumi';
import { Berth } from './components/berth.ts';
import { readConfig } from './config.ts';
import { createPlatform } from './platforms/create-platform.ts';

const config = await readConfig();
const platform = await createPlatform(config);
const berth = new Berth('berth', { config, platform });
platform.publish(berth.app.release);

const { ingress, mailbox } = platform;

/** The web client and the API. */
export const url = ingress.url + (config.basePath === '/' ? '' : config.basePath);
/** Where clients of the TCP protocol connect. */
export const edgeHost = ingress.host;
export const edgePort = ingress.port;
export const namespace = berth.namespace;
/** Secret: `pulumi stack output kubeconfig --show-secrets`. */
export const kubeconfig = pulumi.secret(platform.kubeconfig);
/** What the load scenarios take from the environment. */
export const k6Env = {
  BERTH_URL: url,
  BERTH_HOST: ingress.host,
  BERTH_PORT: String(ingress.port),
  ...(mailbox && { BERTH_MAIL_URL: mailbox.page }),
};
/** What the releases came up with: the next update compares. */
export const releases = { ...platform.releases, berth: berth.app.applied };
/** The mailbox page, where mails are caught and not sent. */
export const mail = mailbox?.page ?? null;
