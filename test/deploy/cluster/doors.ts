import assert from 'node:assert/strict';
import { eventually } from '@berth/fixtures';
import { Mysql } from '@berth/mysql';
import { type Load, type LoadOptions, startLoad } from '../../faults/load.ts';
import { settle, verdict } from '../../harness/people.ts';
import type { PlatformDoors } from '../../harness/platform.ts';
import { ports } from './installation.ts';
import type { TestCluster } from './test-cluster.ts';

/** The ways into a Berth of the stack `kind` on a test cluster, for people and for who checks what they saw. */
export class ClusterDoors {
  readonly namespace = 'berth';
  readonly stores = 'berth-stores';
  readonly gateUrl = `http://127.0.0.1:${ports.http}`;
  readonly #cluster: TestCluster;
  #operatorSecret: Promise<Record<string, string>> | undefined;
  readonly #closers: (() => Promise<void>)[] = [];
  /** Addresses of status' replicas as they were when none of those known before answered. */
  #replicas: string[] = [];

  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  /** The platform with MySQL at the address that its pod has now (the host reaches pods), for as long as `use` takes. */
  async withPlatform<T>(use: (platform: PlatformDoors) => Promise<T>): Promise<T> {
    const [pod] = await this.#cluster.pods(this.stores, 'mysql');
    const secret = await this.#secret('berth-mysql');
    const db = new Mysql({ url: secret.url!.replace(/@[^:]+:/, `@${pod!.status.podIP}:`) });
    try {
      return await use({
        ...{ gateUrl: this.gateUrl, db, mailbox: { code: readCode } },
        beforeClose: (close) => this.#closers.push(close),
      });
    } finally {
      await db.close();
    }
  }

  /** The load goes on while `happen` happens and a while longer; then nothing is lost, doubled or out of order. */
  async nothingIsLostWhile(
    happen: (load: Load) => Promise<void>,
    { people = 20, ...options }: LoadOptions & { people?: number } = {},
  ): Promise<void> {
    const load = await this.withPlatform((platform) => startLoad(platform, people, options));
    try {
      await load.more(100);
      await happen(load);
      await load.more(200);
      await load.stop();
      await this.withPlatform(async (platform) => {
        await settle(platform, load.devices, load.conversations, 90_000);
        assert.deepEqual(await verdict(platform, load.devices, load.conversations), []);
      });
    } finally {
      await load.close();
    }
  }

  /** What a replica of status answers operators; the first that does. */
  async askStatus<T>(path: string, body?: object): Promise<T> {
    let reason: unknown = new Error('there is no replica of status');
    const asked = new Set<string>();
    // Kubernetes is asked only when it has to be: that costs more than all the rest, and its API server may be away.
    for (const find of [
      async () => this.#replicas,
      async () => (await this.#cluster.pods(this.namespace, 'status')).map(({ status }) => status.podIP),
    ]) {
      this.#replicas = await find();
      for (const address of this.#replicas.filter((known) => !asked.has(known))) {
        asked.add(address);
        try {
          return await this.#ask<T>(address, path, body);
        } catch (error) {
          reason = error;
          this.#replicas = this.#replicas.filter((known) => known !== address);
        }
      }
    }
    throw reason;
  }

  async order(node: string, order: 'none' | 'cordon' | 'drain'): Promise<void> {
    await this.askStatus('/v1/fleet/orders', { node, order });
  }

  /** Plans that failed at the replicas of status that answered last and still do, since their start. */
  async failedPlans(): Promise<number> {
    const counts = await Promise.all(this.#replicas.map((address) => this.#failedPlansOf(address)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async #failedPlansOf(address: string): Promise<number> {
    try {
      const answer = await fetch(`http://${address}:9102/metrics`, { signal: AbortSignal.timeout(10_000) });
      const count = /^status_plans_total\{[^}]*outcome="failed"[^}]*\} (\d+)$/m.exec(await answer.text());
      return Number(count?.[1] ?? 0);
    } catch {
      // It was killed, and its address is nobody's now.
      this.#replicas = this.#replicas.filter((known) => known !== address);
      return 0;
    }
  }

  async #ask<T>(address: string, path: string, body: object | undefined): Promise<T> {
    const { token } = await this.#operator();
    const answer = await fetch(`http://${address}:9102${path}`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(10_000),
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  #operator(): Promise<Record<string, string>> {
    this.#operatorSecret ??= this.#secret('berth-operator');
    return this.#operatorSecret;
  }

  /** Clients that are still there. */
  async close(): Promise<void> {
    await Promise.all(this.#closers.map((close) => close()));
  }

  async #secret(name: string): Promise<Record<string, string>> {
    const printed = await this.#cluster.kubectl(['get', 'secret', name, '-n', this.namespace, '-o', 'json']);
    const { data } = JSON.parse(printed) as { data: Record<string, string> };
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  }
}

/** The six digits of the newest mail to the address. */
async function readCode(address: string): Promise<string> {
  return eventually(`a mail to ${address}`, async () => {
    const response = await fetch(`http://127.0.0.1:${ports.mail}/email`);
    const mails = (await response.json()) as { to: { address: string }[]; text: string }[];
    const mail = mails.findLast(({ to }) =>
      to.some((receiver) => receiver.address === address.toLowerCase()),
    );
    return /\b\d{6}\b/.exec(mail?.text ?? '')?.[0];
  });
}
