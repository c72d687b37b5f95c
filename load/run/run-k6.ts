import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { K6 } from './find-k6.ts';
import type { Samples } from './samples.ts';

export interface K6Run {
  k6: K6;
  /** The bundle, absolute. */
  script: string;
  /** What the scenarios read from `__ENV`. */
  variables: Record<string, string>;
  /** Folders that k6 reads and writes, absolute. */
  folders: string[];
  logFile: string;
  /** PEM file that k6 is to trust, absolute. */
  caFile: string | undefined;
  insecure: boolean;
  samples: Samples;
  /** What k6's log says from the level of a warning on; lines that repeat come once. */
  onWarning(line: string): void;
  /** Aborts: k6 is asked to stop and to write its summary. */
  interrupted: AbortSignal;
}

/** After this a k6 that was asked to stop is killed: its summary is then missing, the report is not. */
const stopMs = 30_000;

/** Resolves with k6's exit code once it has ended and all it wrote is read; null: it was killed. */
export async function runK6(run: K6Run): Promise<number | null> {
  const { k6, samples, interrupted } = run;
  const environment: Record<string, string> = run.caFile ? { SSL_CERT_FILE: run.caFile } : {};
  const child = spawn(
    k6.command,
    [
      ...k6.prefix(run.folders, environment),
      ...['run', '--quiet', '--no-usage-report', '--log-format', 'json', '--out', 'json=-'],
      ...(run.insecure ? ['--insecure-skip-tls-verify'] : []),
      ...Object.entries(run.variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      run.script,
    ],
    // Of its own group: a terminal's Ctrl-C reaches it through us, once.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: { ...process.env, ...environment } },
  );
  const stop = () => {
    child.kill('SIGINT');
    setTimeout(() => child.kill('SIGKILL'), stopMs).unref();
  };
  if (interrupted.aborted) stop();
  interrupted.addEventListener('abort', stop);
  const log = createWriteStream(run.logFile);
  const said = new Set<string>();
  createInterface({ input: child.stdout }).on('line', (line) => samples.takeLine(line));
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.write(`${line}\n`);
    const warning = warningOf(line);
    if (warning === undefined || said.has(warning)) return;
    said.add(warning);
    run.onWarning(warning);
  });
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
  } finally {
    interrupted.removeEventListener('abort', stop);
    await new Promise<void>((resolve) => log.end(resolve));
  }
}

/** Said of each timer when a run is interrupted. */
const ofTimers = /was stopped because the VU iteration was interrupted$/;

function warningOf(line: string): string | undefined {
  try {
    const { level, msg, error } = JSON.parse(line) as { level: string; msg: string; error?: string };
    if ((level !== 'warning' && level !== 'error') || ofTimers.test(msg)) return undefined;
    // A request that failed says so, and why in another field.
    return `${msg.split('\n')[0]}${error ? `: ${error}` : ''}`;
  } catch {
    return line.trim() || undefined;
  }
}
