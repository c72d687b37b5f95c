import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { capture } from './run-command.ts';

/** An object of a cluster, as far as anybody here looks at it. */
export interface ClusterObject {
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    deletionTimestamp?: string;
    ownerReferences?: { kind: string; name: string }[];
  };
  // biome-ignore lint/suspicious/noExplicitAny: the shape depends on the kind.
  [part: string]: any;
}

/**
 * `kubectl` with a kubeconfig of its own: in a file that only its user may read, and that is there only while it is used, as
 * the engine ends the program without a word.
 */
export class Kubectl {
  readonly #kubeconfig: string;

  constructor(kubeconfig: string) {
    this.#kubeconfig = kubeconfig;
  }

  async withFile<T>(use: (file: string) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), 'berth-kubeconfig-'));
    try {
      const file = join(folder, 'kubeconfig');
      await writeFile(file, this.#kubeconfig, { mode: 0o600 });
      return await use(file);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Rejects with a CommandError, also when there is no kubectl. */
  run(args: string[]): Promise<string> {
    return this.withFile((file) =>
      capture('kubectl', [
        ...['--kubeconfig', file, '--cache-dir', join(dirname(file), 'cache')],
        ...['--request-timeout', '10s', ...args],
      ]),
    );
  }

  async list(kinds: string, args: string[]): Promise<ClusterObject[]> {
    const printed = await this.run(['get', kinds, ...args, '--output', 'json']);
    return (JSON.parse(printed) as { items: ClusterObject[] }).items;
  }
}
