/** Generated from values.schema.json by `npm run generate`. */

/**
 * This interface was referenced by `BerthValues`'s JSON-Schema
 * via the `definition` "tolerations".
 */
export type Tolerations = {
  [k: string]: unknown;
}[];
/**
 * NetworkPolicy peers.
 *
 * This interface was referenced by `BerthValues`'s JSON-Schema
 * via the `definition` "peers".
 */
export type Peers = {
  ipBlock?: {
    cidr: string;
    except?: string[];
  };
  namespaceSelector?: Fields;
  podSelector?: Fields;
}[];

/**
 * Values of the Berth chart.
 */
export interface BerthValues {
  /**
   * Unused; Helm passes it to every chart.
   */
  global?: Fields;
  /**
   * Unused by the templates. A tool that compares only values puts a hash of the chart here, to see that a template changed.
   */
  chartHash?: string;
  /**
   * Images of the services: `<repository>/<app>:<tag>`, as `npm run images` names them.
   */
  image?: {
    /**
     * Registry and path before the name of the app.
     */
    repository?: string;
    /**
     * Tag of all images; empty: the chart's appVersion.
     */
    tag?: string;
    /**
     * Digests by app, which then win over the tag.
     */
    digests?: {
      /**
       * Digest of gate.
       */
      gate?: string;
      /**
       * Digest of verify.
       */
      verify?: string;
      /**
       * Digest of status.
       */
      status?: string;
      /**
       * Digest of chat.
       */
      chat?: string;
      /**
       * Digest of files.
       */
      files?: string;
      /**
       * Digest of migrate.
       */
      migrate?: string;
      /**
       * Digest of probe.
       */
      probe?: string;
    };
    /**
     * When the kubelet pulls.
     */
    pullPolicy?: 'IfNotPresent' | 'Always' | 'Never';
    /**
     * Names of the Secrets with credentials of the registry.
     */
    pullSecrets?: string[];
  };
  /**
   * How clients reach the platform.
   */
  public?: {
    /**
     * Name or address that clients of the TCP protocol connect to. Required.
     */
    host?: string;
    /**
     * Port of the TCP protocol, as clients see it.
     */
    port?: number;
    /**
     * Port of the llfcchat dialect for files, as clients see it; with `files.enabled`.
     */
    filesPort?: number;
    /**
     * Address of the web client and the API as clients see it, without a path: https://chat.example.com. WebSockets are opened below it. Required.
     */
    url?: string;
    /**
     * Path below which the web client and the API are, where the host of `url` serves other things, too: /chat/. A proxy in front brings what is below it to the edge. The HTTP paths of the llfcchat dialect stay at the root.
     */
    basePath?: string;
    /**
     * Whether that proxy takes `basePath` away from what it passes on.
     */
    basePathStripped?: boolean;
    /**
     * Further origins whose pages may call the API and open WebSockets.
     */
    origins?: string[];
  };
  /**
   * The cluster's DNS domain.
   */
  clusterDomain?: string;
  /**
   * The MySQL server.
   */
  mysql?: {
    /**
     * Name of the Secret that holds the URL mysql://user:password@host:port/database. Required.
     */
    existingSecret?: string;
    /**
     * Its key in the Secret.
     */
    key?: string;
    /**
     * Any text that changes with the Secret, so that the pods that read it are replaced.
     */
    checksum?: string;
    /**
     * Port that the NetworkPolicies open towards MySQL.
     */
    port?: number;
    /**
     * Where MySQL is, as NetworkPolicy peers; empty: anywhere.
     */
    peers?: Peers;
    /**
     * Authority of the certificate of MySQL; TLS is then required.
     */
    authority?: {
      /**
       * Name of the Secret with the authority; empty: none of its own.
       */
      existingSecret?: string;
      /**
       * Its key in the Secret.
       */
      key?: string;
    };
    /**
     * Whether the certificate must name the host of the URL, where an authority is given.
     */
    tlsVerifyIdentity?: boolean;
    /**
     * Accept a server that may lose acknowledged commits.
     */
    allowWeakDurability?: boolean;
  };
  /**
   * The Redis server.
   */
  redis?: {
    /**
     * Name of the Secret that holds the URL redis[s]://[user:password@]host:port. Required.
     */
    existingSecret?: string;
    /**
     * Its key in the Secret.
     */
    key?: string;
    /**
     * Any text that changes with the Secret, so that the pods that read it are replaced.
     */
    checksum?: string;
    /**
     * Port that the NetworkPolicies open towards Redis.
     */
    port?: number;
    /**
     * Where Redis is, as NetworkPolicy peers; empty: anywhere.
     */
    peers?: Peers;
    /**
     * Authority of the certificate of Redis; TLS is then required.
     */
    authority?: {
      /**
       * Name of the Secret with the authority; empty: none of its own.
       */
      existingSecret?: string;
      /**
       * Its key in the Secret.
       */
      key?: string;
    };
  };
  /**
   * The mail server.
   */
  smtp?: {
    /**
     * Name of the Secret that holds the URL smtp[s]://user:password@host:port. Required.
     */
    existingSecret?: string;
    /**
     * Its key in the Secret.
     */
    key?: string;
    /**
     * Any text that changes with the Secret, so that the pods that read it are replaced.
     */
    checksum?: string;
    /**
     * Whether the password may be sent to a mail server that offers no TLS.
     */
    plainPassword?: boolean;
    /**
     * Port that the NetworkPolicies open towards the mail server.
     */
    port?: number;
    /**
     * Where the mail server is, as NetworkPolicy peers; empty: anywhere.
     */
    peers?: Peers;
    /**
     * Sender of the mails.
     */
    from?: string;
  };
  /**
   * Secret of the e-mail codes.
   */
  codes?: {
    /**
     * Name of the Secret that holds the secret that keys the hashes of e-mail codes. Required.
     */
    existingSecret?: string;
    /**
     * Its key in the Secret.
     */
    key?: string;
    /**
     * Any text that changes with the Secret, so that the pods that read it are replaced.
     */
    checksum?: string;
  };
  /**
   * Secret of the tickets.
   */
  tickets?: {
    /**
     * Name of the Secret that holds the secret, at least 32 bytes, that signs tickets. Required.
     */
    existingSecret?: string;
    /**
     * Its key in the Secret.
     */
    key?: string;
    /**
     * Any text that changes with the Secret, so that the pods that read it are replaced.
     */
    checksum?: string;
  };
  /**
   * Token of the operators, for the fleet view of status and its explanations.
   */
  operator?: {
    /**
     * Name of the Secret that holds the token, at least 32 bytes. Empty: it follows from the secret of the tickets, as NOTES show.
     */
    existingSecret?: string;
    /**
     * Its key in the Secret.
     */
    key?: string;
    /**
     * Any text that changes with the Secret, so that the pods that read it are replaced.
     */
    checksum?: string;
    /**
     * Whether gate passes the calls of the web client's fleet page on to status, for who shows an operator's token with a name.
     */
    page?: boolean;
  };
  /**
   * Keys of the session tokens; a changed Secret is read again without a restart.
   */
  sessionKeys?: {
    /**
     * Name of the Secret that holds the keys that sign session tokens, as JSON. Required.
     */
    existingSecret?: string;
    /**
     * Its key in the Secret.
     */
    key?: string;
    /**
     * Any text that changes with the Secret, so that the pods that read it are replaced.
     */
    checksum?: string;
  };
  /**
   * What of the session keys verifies, for services other than gate.
   */
  sessionPublicKeys?: {
    /**
     * Name of the Secret that holds the public keys of session tokens, as JSON. Required with files.enabled.
     */
    existingSecret?: string;
    /**
     * Its key in the Secret.
     */
    key?: string;
    /**
     * Any text that changes with the Secret, so that the pods that read it are replaced.
     */
    checksum?: string;
  };
  /**
   * Secret of links to files.
   */
  linkSecret?: {
    /**
     * Name of the Secret that holds the secret, at least 32 characters, that signs links to files. Required with files.enabled.
     */
    existingSecret?: string;
    /**
     * Its key in the Secret.
     */
    key?: string;
    /**
     * Any text that changes with the Secret, so that the pods that read it are replaced.
     */
    checksum?: string;
  };
  /**
   * Mutual TLS between the services.
   */
  serviceTls?: {
    /**
     * Whether services prove to each other who they are. Each then needs a Secret with tls.crt, tls.key and ca.crt, for the names that NOTES lists.
     */
    enabled?: boolean;
    /**
     * To have it off, this must be true: whoever reaches the ports of the services inside the cluster is then taken for one of them, and gets people's connections by saying that it is a chat node.
     */
    insecure?: boolean;
    /**
     * Certificate of gate.
     */
    gate?: {
      /**
       * Name of the Secret with tls.crt, tls.key and ca.crt.
       */
      existingSecret?: string;
      /**
       * Any text that changes with the Secret, so that the pods are replaced.
       */
      checksum?: string;
    };
    /**
     * Certificate of verify.
     */
    verify?: {
      /**
       * Name of the Secret with tls.crt, tls.key and ca.crt.
       */
      existingSecret?: string;
      /**
       * Any text that changes with the Secret, so that the pods are replaced.
       */
      checksum?: string;
    };
    /**
     * Certificate of status.
     */
    status?: {
      /**
       * Name of the Secret with tls.crt, tls.key and ca.crt.
       */
      existingSecret?: string;
      /**
       * Any text that changes with the Secret, so that the pods are replaced.
       */
      checksum?: string;
    };
    /**
     * Certificate of chat.
     */
    chat?: {
      /**
       * Name of the Secret with tls.crt, tls.key and ca.crt.
       */
      existingSecret?: string;
      /**
       * Any text that changes with the Secret, so that the pods are replaced.
       */
      checksum?: string;
    };
  };
  /**
   * Least level that is logged.
   */
  logLevel?: 'debug' | 'info' | 'warn' | 'error';
  /**
   * Whether people may invite others by links.
   */
  invites?: boolean;
  /**
   * Seconds between the removal of an endpoint and SIGTERM, so that clients have noticed (gate, verify, status, edge).
   */
  preStopSeconds?: number;
  /**
   * Families of addresses of the Services, `IPv4`, `IPv6` or both, the first one first. Empty: as the cluster has them by default. Pods listen on both.
   */
  ipFamilies?: ('IPv4' | 'IPv6')[];
  /**
   * Security contexts of all pods; by default they meet the Pod Security standard restricted.
   */
  podSecurity?: {
    /**
     * Whether the platform gives pods their user and groups, as OpenShift does. Else they are those of the images.
     */
    assignedIds?: boolean;
    /**
     * Fields of the security context of every pod; they win over the chart's.
     */
    pod?: Fields;
    /**
     * Fields of the security context of every container; they win over the chart's.
     */
    container?: Fields;
  };
  /**
   * Times of the probes of all pods: what is set here takes the place of the default.
   */
  probes?: {
    /**
     * How long a container may take to start.
     */
    startup?: Probe;
    /**
     * How soon a pod that should get no new work gets none.
     */
    readiness?: Probe;
    /**
     * How soon a container that hangs is started again.
     */
    liveness?: Probe;
  };
  /**
   * HTTP: accounts, log-in, the web client.
   */
  gate?: {
    /**
     * Pods, unless autoscaled.
     */
    replicas?: number;
    /**
     * A HorizontalPodAutoscaler; `replicas` is then left alone.
     */
    autoscaling?: {
      /**
       * Whether to autoscale.
       */
      enabled?: boolean;
      /**
       * Least number of pods.
       */
      min?: number;
      /**
       * Greatest number of pods.
       */
      max?: number;
      /**
       * CPU to hold, in percent of the request.
       */
      cpuPercent?: number;
    };
    /**
     * Password hashes at a time in one pod; libuv's pool is two larger.
     */
    hashConcurrency?: number;
    /**
     * CIDRs whose X-Forwarded-For counts: where the edge pods are.
     */
    trustedProxies?: string[];
    /**
     * Further settings of docs/operations.md; what the chart sets itself is refused.
     */
    env?: Env;
    /**
     * Requests and limits of the container.
     */
    resources?: Resources;
    /**
     * Labels of the nodes to run on.
     */
    nodeSelector?: Labels;
    /**
     * Tolerations of the pods.
     */
    tolerations?: Tolerations;
    /**
     * Affinity of the pods.
     */
    affinity?: Fields;
    /**
     * Priority class of the pods.
     */
    priorityClassName?: string;
    /**
     * Further annotations of the pods.
     */
    podAnnotations?: Labels;
    /**
     * Further labels of the pods.
     */
    podLabels?: Labels;
  };
  /**
   * E-mail codes.
   */
  verify?: {
    /**
     * Pods.
     */
    replicas?: number;
    /**
     * Further settings of docs/operations.md; what the chart sets itself is refused.
     */
    env?: Env;
    /**
     * Requests and limits of the container.
     */
    resources?: Resources;
    /**
     * Labels of the nodes to run on.
     */
    nodeSelector?: Labels;
    /**
     * Tolerations of the pods.
     */
    tolerations?: Tolerations;
    /**
     * Affinity of the pods.
     */
    affinity?: Fields;
    /**
     * Priority class of the pods.
     */
    priorityClassName?: string;
    /**
     * Further annotations of the pods.
     */
    podAnnotations?: Labels;
    /**
     * Further labels of the pods.
     */
    podLabels?: Labels;
  };
  /**
   * Registry of chat nodes, placement, scaling.
   */
  status?: {
    /**
     * Pods.
     */
    replicas?: number;
    /**
     * How a node is chosen.
     */
    strategy?: 'least-connections' | 'packed' | 'rendezvous' | 'p2c';
    /**
     * Hellos per second and node, at most.
     */
    admissionRate?: number;
    /**
     * Further settings of docs/operations.md; what the chart sets itself is refused.
     */
    env?: Env;
    /**
     * Requests and limits of the container.
     */
    resources?: Resources;
    /**
     * Labels of the nodes to run on.
     */
    nodeSelector?: Labels;
    /**
     * Tolerations of the pods.
     */
    tolerations?: Tolerations;
    /**
     * Affinity of the pods.
     */
    affinity?: Fields;
    /**
     * Priority class of the pods.
     */
    priorityClassName?: string;
    /**
     * Further annotations of the pods.
     */
    podAnnotations?: Labels;
    /**
     * Further labels of the pods.
     */
    podLabels?: Labels;
  };
  /**
   * Long connections, sessions, messages.
   */
  chat?: {
    /**
     * Pods, unless status scales them.
     */
    replicas?: number;
    /**
     * Scaling by connections; `replicas` is then left alone.
     */
    scaling?: {
      /**
       * Whether anything scales the Deployment.
       */
      enabled?: boolean;
      /**
       * `builtin`: the planner in status, which moves people before it takes a pod away. `keda`: a ScaledObject, by the sessions that Prometheus knows. `hpa`: a HorizontalPodAutoscaler, by the metric chat_sessions of pods, which an adapter must serve. `off`: nothing. With the two in the middle a pod is taken whatever is on it, and drains as it stops.
       */
      mode?: 'builtin' | 'keda' | 'hpa' | 'off';
      /**
       * Where KEDA finds Prometheus, such as `http://prometheus.monitoring:9090`.
       */
      prometheusUrl?: string;
      /**
       * Least number of pods.
       */
      min?: number;
      /**
       * Greatest number of pods.
       */
      max?: number;
    };
    /**
     * Connections that a pod takes.
     */
    capacity?: number;
    /**
     * Hellos per second that a pod takes.
     */
    helloRate?: number;
    /**
     * Window in which a stopping pod sends its sessions away; the grace period is 25 s longer.
     */
    drainSeconds?: number;
    /**
     * Pods beyond the wanted number while a new version rolls out.
     */
    maxSurge?: number | string;
    /**
     * Further settings of docs/operations.md; what the chart sets itself is refused.
     */
    env?: Env;
    /**
     * Requests and limits of the container.
     */
    resources?: Resources;
    /**
     * Labels of the nodes to run on.
     */
    nodeSelector?: Labels;
    /**
     * Tolerations of the pods.
     */
    tolerations?: Tolerations;
    /**
     * Affinity of the pods.
     */
    affinity?: Fields;
    /**
     * Priority class of the pods.
     */
    priorityClassName?: string;
    /**
     * Further annotations of the pods.
     */
    podAnnotations?: Labels;
    /**
     * Further labels of the pods.
     */
    podLabels?: Labels;
  };
  /**
   * What people attach: uploads, previews, content (docs/files.md).
   */
  files?: {
    /**
     * Whether there are files.
     */
    enabled?: boolean;
    /**
     * Where bytes are: on a volume of the one pod, or in a bucket that any number of pods share.
     */
    storage?: 'disk' | 's3';
    /**
     * The volume.
     */
    disk?: {
      /**
       * Name of a PersistentVolumeClaim that is there; empty: one is made, and stays when the release goes.
       */
      existingClaim?: string;
      /**
       * Size of the one that is made.
       */
      size?: string;
      /**
       * Its storage class; empty: the cluster's own.
       */
      storageClassName?: string;
    };
    /**
     * The bucket. Credentials come by the service account (Pod Identity), or from `existingSecret`.
     */
    s3?: {
      /**
       * Name of the bucket. Required with `storage: s3`.
       */
      bucket?: string;
      /**
       * Its region.
       */
      region?: string;
      /**
       * Address of another S3 than AWS's.
       */
      endpoint?: string;
      /**
       * Where clients reach it, if that is elsewhere: content comes from there, not through pods.
       */
      publicEndpoint?: string;
      /**
       * Whether buckets are paths there, and no hosts.
       */
      pathStyle?: boolean;
      /**
       * Name of a Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; empty: the service account says who it is.
       */
      existingSecret?: string;
      /**
       * Port that the NetworkPolicies open towards it.
       */
      port?: number;
      /**
       * Where it is, as NetworkPolicy peers; empty: anywhere.
       */
      peers?: Peers;
    };
    /**
     * MiB of one file at most; the edge takes no larger request.
     */
    maxFileMb?: number;
    /**
     * MiB that a user may begin to upload in a day.
     */
    userDayMb?: number;
    /**
     * MiB that a user may have stored.
     */
    userTotalMb?: number;
    /**
     * Of one core: what all transfers of a pod together take of it while there are several. Less leaves more to what shares its node.
     */
    transferCpuPercent?: number;
    /**
     * Previews of links (docs/files.md).
     */
    linkPreviews?: {
      /**
       * Whether pages of the public web are read for them; the NetworkPolicy then opens ports 80 and 443 to public addresses alone.
       */
      enabled?: boolean;
      /**
       * Networks (CIDR) of public addresses that are the operator's own, such as those of pods with IPv6: never asked, nor opened.
       */
      refused?: string[];
    };
    /**
     * Pods. With `storage: disk` exactly one: a folder has one owner.
     */
    replicas?: number;
    /**
     * Further settings of docs/operations.md; what the chart sets itself is refused.
     */
    env?: Env;
    /**
     * Requests and limits of the container.
     */
    resources?: Resources;
    /**
     * Labels of the nodes to run on.
     */
    nodeSelector?: Labels;
    /**
     * Tolerations of the pods.
     */
    tolerations?: Tolerations;
    /**
     * Affinity of the pods.
     */
    affinity?: Fields;
    /**
     * Priority class of the pods.
     */
    priorityClassName?: string;
    /**
     * Further annotations of the pods.
     */
    podAnnotations?: Labels;
    /**
     * Further labels of the pods.
     */
    podLabels?: Labels;
  };
  /**
   * HAProxy: brings a client to the pod that its ticket names.
   */
  edge?: {
    /**
     * Image of HAProxy, 2.6 or later.
     */
    image?: string;
    /**
     * Pods, unless autoscaled.
     */
    replicas?: number;
    /**
     * Seconds that a new pod is ready before the next one is replaced: what a load balancer needs to begin with it.
     */
    minReadySeconds?: number;
    /**
     * In place of the common one, where a load balancer needs longer to notice that a pod leaves; 0: the common one.
     */
    preStopSeconds?: number;
    /**
     * A HorizontalPodAutoscaler; `replicas` is then left alone.
     */
    autoscaling?: {
      /**
       * Whether to autoscale.
       */
      enabled?: boolean;
      /**
       * Least number of pods.
       */
      min?: number;
      /**
       * Greatest number of pods.
       */
      max?: number;
      /**
       * CPU to hold, in percent of the request.
       */
      cpuPercent?: number;
      /**
       * Memory to hold, in percent of the request: it grows with the number of sessions.
       */
      memoryPercent?: number;
    };
    /**
     * Sessions in one pod. It needs twice as many files and 32 more, and does not start where a process may not have them. One edge and one chat pod share about 60,000 source ports.
     */
    maxConnections?: number;
    /**
     * Threads of HAProxy in one pod.
     */
    threads?: number;
    /**
     * Addresses and CIDRs of proxies of HTTP in front of the edge, such as an ingress, an L7 load balancer or a CDN: whom they name in X-Forwarded-For is the client, up to three of them in a row. Empty: none; the client is who connects.
     */
    trustedProxies?: string[];
    /**
     * Whether the load balancer in front sends PROXY protocol v2. A client without it is then refused.
     */
    proxyProtocol?: boolean;
    /**
     * Seconds that a stopping pod keeps its sessions.
     */
    drainSeconds?: number;
    /**
     * What clients connect to.
     */
    service?: {
      /**
       * Kind of the Service.
       */
      type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
      /**
       * Annotations, for the controller of the load balancer.
       */
      annotations?: Labels;
      /**
       * Port of HTTP and WebSocket.
       */
      httpPort?: number;
      /**
       * Port of the TCP protocol.
       */
      tcpPort?: number;
      /**
       * Port of the llfcchat dialect for files; with `files.enabled`.
       */
      filesPort?: number;
      /**
       * Node port of HTTP and WebSocket; 0: any.
       */
      httpNodePort?: number;
      /**
       * Node port of the TCP protocol; 0: any.
       */
      tcpNodePort?: number;
      /**
       * Node port of the llfcchat dialect for files; 0: any.
       */
      filesNodePort?: number;
      /**
       * Class of the load balancer; empty: the cluster's default.
       */
      loadBalancerClass?: string;
      /**
       * `Local` keeps the address of the client; not for ClusterIP.
       */
      externalTrafficPolicy?: 'Local' | 'Cluster';
      /**
       * CIDRs that the load balancer lets in; empty: all.
       */
      sourceRanges?: string[];
    };
    /**
     * Requests and limits of the container.
     */
    resources?: Resources;
    /**
     * Labels of the nodes to run on.
     */
    nodeSelector?: Labels;
    /**
     * Tolerations of the pods.
     */
    tolerations?: Tolerations;
    /**
     * Affinity of the pods.
     */
    affinity?: Fields;
    /**
     * Priority class of the pods.
     */
    priorityClassName?: string;
    /**
     * Further annotations of the pods.
     */
    podAnnotations?: Labels;
    /**
     * Further labels of the pods.
     */
    podLabels?: Labels;
  };
  /**
   * The Job that brings the schema of the database up to date.
   */
  migration?: {
    /**
     * Whether the chart runs it; else it is run by other means, and pods wait for it.
     */
    enabled?: boolean;
    /**
     * Seconds it may take.
     */
    deadlineSeconds?: number;
    /**
     * Requests and limits of the container.
     */
    resources?: Resources;
  };
  /**
   * Nothing may talk to anything, but for the edges that the design names.
   */
  networkPolicy?: {
    /**
     * Whether to create NetworkPolicies.
     */
    enabled?: boolean;
    /**
     * Who may reach the edge; empty: anyone.
     */
    clients?: Peers;
    /**
     * Where DNS is; empty: port 53 anywhere.
     */
    dns?: Peers;
    /**
     * Where the API server is, for status; empty: anywhere on its ports.
     */
    apiServer?: Peers;
    /**
     * Ports of the API server: of its Service and of the server itself.
     */
    apiServerPorts?: number[];
    /**
     * Who may read metrics; empty: nobody.
     */
    monitoring?: Peers;
  };
  /**
   * Traces by OpenTelemetry, of all services.
   */
  tracing?: {
    /**
     * Where spans are sent to by OTLP over HTTP, such as http://collector.monitoring:4318. Empty: nothing is traced.
     */
    endpoint?: string;
    /**
     * Part of the requests that are traced.
     */
    share?: number;
    /**
     * Port of that address, for the network policies.
     */
    port?: number;
    /**
     * Where the collector is, as NetworkPolicy peers; empty: anywhere.
     */
    peers?: Peers;
  };
  /**
   * For the Prometheus operator and Grafana.
   */
  monitoring?: {
    /**
     * ServiceMonitors of all services.
     */
    serviceMonitor?: {
      /**
       * Whether to create them.
       */
      enabled?: boolean;
      /**
       * How often they are read.
       */
      interval?: string;
      /**
       * Labels by which Prometheus chooses them.
       */
      labels?: Labels;
    };
    /**
     * A PrometheusRule with alerts.
     */
    rules?: {
      /**
       * Whether to create it.
       */
      enabled?: boolean;
      /**
       * Labels by which Prometheus chooses it.
       */
      labels?: Labels;
    };
    /**
     * A ConfigMap with a Grafana dashboard.
     */
    dashboard?: {
      /**
       * Whether to create it.
       */
      enabled?: boolean;
      /**
       * Labels by which Grafana's sidecar chooses it.
       */
      labels?: Labels;
    };
  };
  /**
   * `helm test`: logs in, is placed, connects and hears its own echo.
   */
  test?: {
    /**
     * The account that it uses. Without one it registers through the mailbox.
     */
    account?: {
      /**
       * Name of the Secret with its e-mail address and password.
       */
      existingSecret?: string;
      /**
       * Key of the address.
       */
      emailKey?: string;
      /**
       * Key of the password.
       */
      passwordKey?: string;
    };
    /**
     * Address of a mail catcher (its JSON list is at /email), when there is no account.
     */
    mailboxUrl?: string;
    /**
     * Port that the NetworkPolicy opens towards the mail catcher.
     */
    mailboxPort?: number;
    /**
     * Requests and limits of the container.
     */
    resources?: Resources;
  };
}
/**
 * This interface was referenced by `BerthValues`'s JSON-Schema
 * via the `definition` "fields".
 */
export interface Fields {
  [k: string]: unknown;
}
/**
 * This interface was referenced by `BerthValues`'s JSON-Schema
 * via the `definition` "labels".
 */
export interface Labels {
  [k: string]: string;
}
/**
 * This interface was referenced by `BerthValues`'s JSON-Schema
 * via the `definition` "env".
 */
export interface Env {
  [k: string]: string;
}
/**
 * This interface was referenced by `BerthValues`'s JSON-Schema
 * via the `definition` "probe".
 */
export interface Probe {
  initialDelaySeconds?: number;
  periodSeconds?: number;
  timeoutSeconds?: number;
  failureThreshold?: number;
  successThreshold?: number;
}
/**
 * This interface was referenced by `BerthValues`'s JSON-Schema
 * via the `definition` "quantities".
 */
export interface Quantities {
  [k: string]: string | number;
}
/**
 * This interface was referenced by `BerthValues`'s JSON-Schema
 * via the `definition` "resources".
 */
export interface Resources {
  requests?: Quantities;
  limits?: Quantities;
}
