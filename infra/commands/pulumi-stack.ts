import { PreflightError } from '../preflight.ts';
import { capture } from '../run-command.ts';
import type { StackName } from './generated-secrets.ts';

/** One stack by way of the `pulumi` on the PATH. Secrets go through its standard input, where no process list shows them. */
export class PulumiStack {
  readonly name: StackName;

  constructor(name: StackName) {
    this.name = name;
  }

  /**
   * Selects the stack, making it if it is not there, and sees that its secrets can be read: nothing is worth beginning
   * with another passphrase.
   */
  async select(): Promise<void> {
    try {
      await capture('pulumi', ['whoami', '--non-interactive']);
    } catch {
      throw new PreflightError(
        'pulumi is not logged in: pulumi login --local keeps the state on this machine, pulumi login at Pulumi’s',
      );
    }
    await this.#run(['stack', 'select', this.name, '--create']);
    const secret = [...(await this.settings())].find(([, value]) => value === undefined);
    if (secret) await this.get(secret[0]);
  }

  /** The settings that the stack has, by name without `berth:`; a secret's value is undefined. */
  async settings(): Promise<Map<string, string | undefined>> {
    const printed = await this.#run(['config', '--json', '--stack', this.name]);
    const all = JSON.parse(printed) as Record<string, { value?: string }>;
    return new Map(
      Object.entries(all)
        .filter(([key]) => key.startsWith('berth:'))
        .map(([key, { value }]) => [key.slice('berth:'.length), value]),
    );
  }

  /** A setting in plain text, a secret too. */
  async get(key: string): Promise<string> {
    return (await this.#run(['config', 'get', `berth:${key}`, '--stack', this.name])).replace(/\n$/, '');
  }

  /** An output in plain text; undefined when there is none yet. */
  async output(name: string): Promise<string | undefined> {
    const printed = await this.#run(['stack', 'output', '--json', '--show-secrets', '--stack', this.name]);
    const value = (JSON.parse(printed || '{}') as Record<string, unknown>)[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** Writes the state as it is, without the operations that a killed run has left pending. Rejects while another run goes on. */
  async touch(): Promise<void> {
    const state = await this.#run(['stack', 'export', '--stack', this.name]);
    await this.#run(['stack', 'import', '--stack', this.name], state);
  }

  async set(key: string, value: string): Promise<void> {
    await this.#run(['config', 'set', `berth:${key}`, '--stack', this.name, '--plaintext'], value);
  }

  async setSecret(key: string, value: string): Promise<void> {
    await this.#run(['config', 'set', `berth:${key}`, '--stack', this.name, '--secret'], value);
  }

  #run(args: string[], input?: string): Promise<string> {
    return capture('pulumi', [...args, '--non-interactive'], input);
  }
}
