import { Cluster, type ClusterNode, type ClusterOptions, type Command } from 'ioredis';

type Rest = Cluster['sendCommand'] extends (command: Command, ...rest: infer R) => unknown ? R : never;

/**
 * ioredis' cluster client keeps commands for as long as it takes while it knows no node, and in any number. Here they wait
 * for `waitMs` and are then refused, as with a single server, and `maxWaiting` of them at most (default 10,000).
 */
export class BoundedCluster extends Cluster {
  readonly #waitMs: number;
  readonly #maxWaiting: number;
  readonly #waiting = new Set<() => void>();

  constructor(nodes: ClusterNode[], options: ClusterOptions, waitMs: number, maxWaiting = 10_000) {
    super(nodes, { ...options, enableOfflineQueue: false });
    this.#waitMs = waitMs;
    this.#maxWaiting = maxWaiting;
    this.on('ready', () => {
      for (const send of [...this.#waiting]) send();
    });
  }

  override sendCommand(command: Command, ...rest: Rest): unknown {
    // The base class asks for the state of the cluster by a command of its own; and may, before there is anything of ours.
    const isOwn = !(#waiting in this) || command.name === 'cluster';
    if (isOwn || this.status === 'ready' || this.status === 'end') {
      return super.sendCommand(command, ...rest);
    }
    if (this.#waiting.size >= this.#maxWaiting) {
      command.reject(new Error('Too many commands wait for the cluster'));
      return command.promise;
    }
    const send = () => {
      clearTimeout(timer);
      this.#waiting.delete(send);
      super.sendCommand(command, ...rest);
    };
    const timer = setTimeout(() => {
      this.#waiting.delete(send);
      command.reject(new Error('Command timed out'));
    }, this.#waitMs);
    this.#waiting.add(send);
    return command.promise;
  }
}
