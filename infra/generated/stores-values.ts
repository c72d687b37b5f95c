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
     * Its key in the Secret.
     */
    passwordKey?: string;
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
