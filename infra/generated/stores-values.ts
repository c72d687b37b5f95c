/** Generated from values.schema.json by `npm run generate`. */

/**
 * This interface was referenced by `StoresValues`'s JSON-Schema
 * via the `definition` "texts".
 */
export type Texts = string[];

/**
 * Values of the stores chart.
 */
export interface StoresValues {
  /**
   * Unused; Helm passes it to every chart.
   */
  global?: Fields;
  /**
   * Unused by the templates. A tool that compares only values puts a hash of the chart here, to see that a template changed.
   */
  chartHash?: string;
  /**
   * When the kubelet pulls.
   */
  imagePullPolicy?: 'IfNotPresent' | 'Always' | 'Never';
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
   * One MySQL or MariaDB, durable as Berth demands.
   */
  mysql?: {
    /**
     * Image: the official one of MySQL, or of MariaDB.
     */
    image?: string;
    /**
     * Name of the Secret with the passwords of root and of the user. Required.
     */
    existingSecret?: string;
    /**
     * Any text that changes with the Secret, so that the pod is replaced and takes the new passwords.
     */
    checksum?: string;
    /**
     * Key of the password of root.
     */
    rootPasswordKey?: string;
    /**
     * Key of the password of the user.
     */
    passwordKey?: string;
    /**
     * User of Berth.
     */
    user?: string;
    /**
     * Database of Berth.
     */
    database?: string;
    /**
     * Further arguments of the server.
     */
    args?: Texts;
    /**
     * Size of the volume.
     */
    size?: string;
    /**
     * Class of the volume; empty: the cluster's default.
     */
    storageClass?: string;
    /**
     * Requests and limits of the container.
     */
    resources?: Resources;
  };
  /**
   * One Redis with an append-only file.
   */
  redis?: {
    /**
     * Image: the official one.
     */
    image?: string;
    /**
     * Name of the Secret with the password. Required.
     */
    existingSecret?: string;
    /**
     * Any text that changes with the Secret, so that the pod is replaced and takes the new password.
     */
    checksum?: string;
    /**
     * Its key in the Secret.
     */
    passwordKey?: string;
    /**
     * Part of the limit of memory that its data may take; full, it refuses to grow. The rest is for what scripts go past it, clients, and rewriting the file.
     */
    maxMemoryPercent?: number;
    /**
     * Further arguments of the server.
     */
    args?: Texts;
    /**
     * Size of the volume.
     */
    size?: string;
    /**
     * Class of the volume; empty: the cluster's default.
     */
    storageClass?: string;
    /**
     * Requests and limits of the container.
     */
    resources?: Resources;
  };
  /**
   * A mail catcher: takes every mail and shows it on a page.
   */
  mail?: {
    /**
     * Whether to run it.
     */
    enabled?: boolean;
    /**
     * Image of maildev.
     */
    image?: string;
    /**
     * Kind of the Service.
     */
    serviceType?: 'ClusterIP' | 'NodePort';
    /**
     * Node port of the page; 0: any.
     */
    nodePort?: number;
    /**
     * Requests and limits of the container.
     */
    resources?: Resources;
  };
}
/**
 * This interface was referenced by `StoresValues`'s JSON-Schema
 * via the `definition` "fields".
 */
export interface Fields {
  [k: string]: unknown;
}
/**
 * This interface was referenced by `StoresValues`'s JSON-Schema
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
 * This interface was referenced by `StoresValues`'s JSON-Schema
 * via the `definition` "quantities".
 */
export interface Quantities {
  [k: string]: string | number;
}
/**
 * This interface was referenced by `StoresValues`'s JSON-Schema
 * via the `definition` "resources".
 */
export interface Resources {
  requests?: Quantities;
  limits?: Quantities;
}
