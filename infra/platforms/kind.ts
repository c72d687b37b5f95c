import process from 'node:process';
import { Provider } from '@pulumi/kubernetes/provider.js';
import * as pulumi from '@pulumi/pulumi';
import { services } from '../../images/arguments.ts';
import { Stores } from '../components/stores.ts';
import type { KindConfig } from '../config.ts';
import { type ClusterAddress, checkCluster, parseKubeconfig } from '../kubeconfig.ts';
import { Kubectl } from '../kubectl.ts';
import type { Platform } from '../platform.ts';
import { loadedImages, lookForImages } from '../releases/node-images.ts';
import { requireSettled } from '../releases/pending-release.ts';

/**
 * A machine of two cores has 1.05 for pods once kind's own have theirs: this leaves room there for a pod more of each
 * service while they are replaced. Nothing is held to it while cores are idle.
 */
const requests: Platform['requests'] = {
  gate: { cpu: '50m', memory: '128Mi' },
  verify: { cpu: '20m', memory: '96Mi' },
  status: { cpu: '30m', memory: '96Mi' },
  chat: { cpu: '100m', memory: '256Mi' },
  edge: { cpu: '50m', memory: '128Mi' },
};

/** A cluster that is there already, by default one of kind, with the stores on the cluster itself. */
export async function createKind(config: KindConfig): Promise<Platform> {
  const cluster = await reachable(config.kubeconfig);
  const provider = new Provider('kubernetes', {
    kubeconfig: config.kubeconfig,
    // Without it a kubeconfig with another address (kind takes a new port) would mean another cluster.
    clusterIdentifier: `berth-${cluster.context}`,
    enableSecretMutable: true,
  });
  const namespace = `${config.namespace}-stores`;
  const kubectl = new Kubectl(await known(config.kubeconfig));
  await requireSettled(kubectl, { stores: namespace, berth: config.namespace });
  const stores = new Stores('stores', { ...config, namespace }, { providers: [provider] });
  const peers = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } }];
  const mailbox = 1080;
  return {
    kubernetes: provider,
    kubeconfig: config.kubeconfig,
    mysql: {
      url: pulumi.interpolate`mysql://berth:${config.mysqlPassword}@${stores.mysqlHost}:3306/berth`,
      port: 3306,
      peers,
    },
    redis: {
      url: pulumi.interpolate`redis://:${config.redisPassword}@${stores.redisHost}:6379`,
      port: 6379,
      peers,
    },
    smtp: { url: pulumi.output(`smtp://${stores.mailHost}:1025`), port: 1025, peers },
    images: imagesOf(config, kubectl),
    ingress: {
      host: config.publicHost,
      port: config.tcpPort,
      filesPort: config.filesPort,
      url: `http://${config.publicHost}:${config.httpPort}`,
      edge: {
        image: config.edgeImage,
        service: {
          type: 'NodePort',
          httpNodePort: config.httpNodePort,
          tcpNodePort: config.tcpNodePort,
          filesNodePort: config.filesNodePort,
        },
      },
    },
    gate: {},
    files: {
      disk: { size: '5Gi' },
      resources: { requests: { cpu: '10m', memory: '128Mi' }, limits: { memory: '1Gi' } },
    },
    chat: {},
    requests,
    mailbox: {
      url: `http://${stores.mailHost}:${mailbox}`,
      port: mailbox,
      page: `http://${config.publicHost}:${config.mailPort}`,
    },
    foundation: [stores],
    releases: { stores: stores.app.applied },
    // kind.yaml maps the node ports to the machine.
    publish() {},
  };
}

/** Images that no node has yet would be waited for until the time is over: nothing can pull them. */
function imagesOf(
  { imageRepository: repository, imageTag }: KindConfig,
  kubectl: Kubectl,
): Platform['images'] {
  const find = new pulumi.ResourceHook('find-images', async () => {
    if (process.env[loadedImages] === `${repository}:${imageTag}`) return;
    const images = services.map((app) => `${repository}/${app}:${imageTag}`);
    const missing = await lookForImages(kubectl, images, (text) => void pulumi.log.info(text));
    if (missing.length > 0) {
      throw new Error(
        `no node has ${missing.join(', ')}: npm run images -- --tag ${imageTag} --load kind, and run pulumi up again`,
      );
    }
  });
  return { repository, hooks: { beforeCreate: [find], beforeUpdate: [find] } };
}

async function reachable(kubeconfig: pulumi.Output<string>): Promise<ClusterAddress> {
  const cluster = parseKubeconfig(await known(kubeconfig));
  try {
    await checkCluster(cluster);
  } catch (error) {
    throw new pulumi.RunError(
      `${(error as Error).message}: start it (npm run up -- kind), or set another: ` +
        'kind get kubeconfig --name berth | pulumi config set --secret berth:kubeconfig',
    );
  }
  return cluster;
}

const known = (output: pulumi.Output<string>): Promise<string> =>
  new Promise((resolve) => {
    output.apply(resolve);
  });
