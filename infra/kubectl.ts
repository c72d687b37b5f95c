import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { capture } from './run-command.ts';

/** An object of a cluster, as far as anybody here looks at it. */
export interface ClusterObject {
  kind?: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: the shape depends on the kind.
  [part: string]: any;
}

/** `kubectl` with a kubeconfig of its own: in a file that only its user may read, and that goes with the process. */
export class Kubectl {
  readonly file: string;

  constructor(kubeconfig: string) {
    const folder = mkdtempSync(join(tmpdir(), 'berth-kubeconfig-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    this.file = join(folder, 'kubeconfig');
    writeFileSync(this.file, kubeconfig, { mode: 0o600 });
  }

  /** Rejects with a CommandError, also when there is no kubectl. */
  run(args: string[]): Promise<string> {
    return capture('kubectl', ['--kubeconfig', this.file, '--request-timeout', '10s', ...args]);
  }

  async list(kinds: string, args: string[]): Promise<ClusterObject[]> {
    const printed = await this.run(['get', kinds, ...args, '--output', 'json']);
    return (JSON.parse(printed) as { items: ClusterObject[] }).items;
  }
}
