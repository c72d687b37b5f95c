import { join } from 'node:path';
import process from 'node:process';
import { eventually } from '@berth/fixtures';
import { freePorts, ServerProcess } from '@berth/stores';

interface Mail {
  to: { address: string }[];
  subject: string;
  text: string;
}

/** A mail catcher: takes every mail by SMTP and answers `GET /email` with what came. */
export class Mailbox {
  readonly smtpUrl: string;
  readonly webUrl: string;
  readonly #process: ServerProcess;

  private constructor(smtpPort: number, webPort: number) {
    this.smtpUrl = `smtp://127.0.0.1:${smtpPort}`;
    this.webUrl = `http://127.0.0.1:${webPort}`;
    const maildev = join(import.meta.dirname, '../../node_modules/maildev/bin/maildev');
    const ports = ['--smtp', String(smtpPort), '--web', String(webPort)];
    this.#process = new ServerProcess(process.execPath, [
      maildev,
      '--ip',
      '127.0.0.1',
      '--web-ip',
      '127.0.0.1',
      ...ports,
    ]);
  }

  static async start(): Promise<Mailbox> {
    const mailbox = new Mailbox(...((await freePorts(2)) as [number, number]));
    try {
      await eventually(
        'the mail catcher answers',
        async () => (await fetch(`${mailbox.webUrl}/email`)).ok,
        60_000,
      );
    } catch (error) {
      await mailbox.close();
      throw error;
    }
    return mailbox;
  }

  async mails(address: string): Promise<Mail[]> {
    const all = (await (await fetch(`${this.webUrl}/email`)).json()) as Mail[];
    return all.filter((mail) => mail.to.some((to) => to.address === address.toLowerCase()));
  }

  /** The six digits of the newest mail to the address, once there are `count` mails. */
  async code(address: string, count = 1): Promise<string> {
    return eventually(`mail ${count} to ${address}`, async () => {
      const mails = await this.mails(address);
      return mails.length >= count ? /\b\d{6}\b/.exec(mails.at(-1)!.text)?.[0] : undefined;
    });
  }

  /** In order, so that what it has compiled is kept for the next one. */
  async close(): Promise<void> {
    await this.#process.stop(1_000);
  }
}
