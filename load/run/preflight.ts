import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { descriptorsOf, type Profile } from '../profiles/profile.ts';
import { type Account, readAccounts } from './account-file.ts';
import { ask, failureOf, type Trust } from './ask.ts';
import { InputError } from './input-error.ts';
import type { Target } from './target.ts';

const connectMs = 3_000;

/** What would spoil the run is told before it begins: each throws InputError with one line. Answers with where files go. */
export async function checkTarget(target: Target, trust: Trust): Promise<string | undefined> {
  const answer = await reach(target.url, `${target.url}/v1/platform`, trust, 'is Berth up?');
  if (answer.status !== 200 || typeof (answer.body as { invites?: unknown })?.invites !== 'boolean')
    throw new InputError(`${target.url} answers, but not as Berth does (GET /v1/platform: ${answer.status})`);
  if (target.mailUrl !== undefined) {
    const mails = await reach(
      target.mailUrl,
      `${target.mailUrl}/email?to.address=nobody`,
      trust,
      'BERTH_MAIL_URL',
    );
    if (mails.status !== 200 || !Array.isArray(mails.body))
      throw new InputError(`${target.mailUrl} answers, but is no mail catcher (GET /email: ${mails.status})`);
  }
  if (target.status !== undefined) await dial(target.status);
  const { files } = answer.body as { files?: { url: string } };
  return files && new URL(files.url, target.url).href.replace(/\/+$/, '');
}

/** The people of the file, the first of whom can log in. */
export async function checkAccounts(
  file: string | undefined,
  target: Target,
  trust: Trust,
  needed: number,
): Promise<Account[] | undefined> {
  if (file === undefined) {
    if (target.mailUrl !== undefined) return undefined;
    throw new InputError(
      `${target.url} has no mail catcher to register people with: -e BERTH_MAIL_URL=… names one, --accounts FILE does without`,
    );
  }
  const people = readAccounts(file, target.url, needed);
  const [first] = people;
  if (!first) return people;
  const { email, password } = first;
  const { status, body } = await ask(`${target.url}/v1/sessions`, trust, {
    email,
    password,
    device: { class: 'k6' },
  });
  if (status === 201) return people;
  const code = (body as { error?: { code?: string } })?.error?.code ?? status;
  throw new InputError(`--accounts ${file}: ${target.url} does not let ${email} in (${code})`);
}

/** `limit`: descriptors that a process of this user may have open; undefined when that cannot be known. */
export function checkDescriptors(profile: Profile, limit: number | undefined = descriptorLimit()): void {
  const needed = descriptorsOf(profile);
  if (limit !== undefined && limit < needed)
    throw new InputError(
      `the profile needs ${needed} file descriptors and a process may have ${limit}: ulimit -Hn (limits.conf, LimitNOFILE) says how many`,
    );
}

/** k6 raises the soft limit to the hard one by itself. */
function descriptorLimit(): number | undefined {
  try {
    const limit = Number(execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }));
    return Number.isFinite(limit) ? limit : undefined;
  } catch {
    return undefined;
  }
}

async function reach(what: string, url: string, trust: Trust, hint: string) {
  try {
    return await ask(url, trust);
  } catch (error) {
    throw new InputError(
      `${what} does not answer: ${failureOf(error as Error, new URL(url).hostname)} (${hint})`,
    );
  }
}

async function dial(address: string): Promise<void> {
  const [, host, port] = /^(.*):(\d+)$/.exec(address)!;
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host: host!.replace(/^\[|\]$/g, ''), port: Number(port) });
    const fail = (reason: string) => {
      socket.destroy();
      reject(new InputError(`BERTH_STATUS: ${address} does not answer: ${reason}`));
    };
    socket.setTimeout(connectMs, () => fail(`no connection in ${connectMs / 1_000} s`));
    socket.on('error', (error) => fail(failureOf(error, host!)));
    socket.on('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
