import type * as kubernetes from '@pulumi/kubernetes';
import type * as pulumi from '@pulumi/pulumi';
import type { BerthValues, Peers, Quantities } from './generated/berth-values.ts';
import type { Inputs } from './inputs.ts';
import type { Applied } from './releases/kept-timeout.ts';
import type { Service } from './secrets.ts';

type Part<K extends keyof BerthValues> = NonNullable<BerthValues[K]>;

/** A server that Berth talks to: its URL, which holds a password, and where NetworkPolicies find it. */
export interface Endpoint {
  url: pulumi.Output<string>;
  port: pulumi.Input<number>;
  /** Empty: anywhere. */
  peers: Inputs<Peers>;
  /** PEM of the authority of its certificate; undefined: no TLS, or an authority that every system trusts. */
  authority?: string;
}

/** Where the images come from. */
export interface Images {
  /** Registry and path before the name of the app. */
  repository: pulumi.Input<string>;
  /** What is to run before the images are used for the first time. */
  hooks?: pulumi.ResourceHookBinding;
}

/** How clients come in. */
export interface Ingress {
  /** Name and port that clients of the TCP protocol connect to. */
  host: string;
  port: number;
  /** Port of the llfcchat dialect for files, on the same host. */
  filesPort: number;
  /** Address of the web client and the API, without a path. */
  url: string;
  edge: Inputs<
    Pick<
      Part<'edge'>,
      'image' | 'service' | 'proxyProtocol' | 'autoscaling' | 'minReadySeconds' | 'preStopSeconds'
    >
  >;
}

/** What a cloud gives Berth. The rest of the program does not know which one it has. */
export interface Platform {
  kubernetes: kubernetes.Provider;
  /** Secret. */
  kubeconfig: pulumi.Output<string>;
  mysql: Endpoint;
  redis: Endpoint;
  smtp: Endpoint;
  images: Images;
  ingress: Ingress;
  gate: Pick<Part<'gate'>, 'autoscaling'>;
  /** Where files are kept. */
  files: Inputs<Pick<Part<'files'>, 'storage' | 'replicas' | 's3' | 'disk' | 'resources'>>;
  /** Which nodes chat pods run on. */
  chat: Pick<Part<'chat'>, 'nodeSelector' | 'tolerations'>;
  /** Further labels of Berth's namespace. */
  namespaceLabels?: Record<string, string>;
  /** What pods reserve, where the chart's defaults, made for nodes of a cloud, are too much. */
  requests?: Record<Service | 'edge', Quantities>;
  /** Where DNS is, for the NetworkPolicies; undefined: where it usually is. */
  dns?: Peers;
  /** What the releases that came with it were given, by name. */
  releases?: Record<string, pulumi.Output<Applied | null>>;
  /** A mail catcher: its address inside the cluster, its port there, and the address of its page. */
  mailbox?: { url: string; port: number; page: string };
  /** What pods need from the first to the last: destroyed only after them. */
  foundation: pulumi.Resource[];
  /** Makes the edge of the installed release known to the world under the host's name. */
  publish(release: kubernetes.helm.v3.Release): void;
}
