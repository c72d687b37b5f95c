import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { type Profile, peopleOf, thresholdsOf } from '../profiles/profile.ts';
import { profiles } from '../profiles/profiles.ts';
import type { RunRequest } from './arguments.ts';
import type { Trust } from './ask.ts';
import { bundleScenarios } from './bundle.ts';
import { findK6 } from './find-k6.ts';
import { InputError } from './input-error.ts';
import { checkAccounts, checkDescriptors, checkTarget } from './preflight.ts';
import { describeLost, renderReport, type Verdict } from './report/report.ts';
import { runK6 } from './run-k6.ts';
import { Samples } from './samples.ts';
import { judgeThresholds, readSummary, type ThresholdOutcome } from './summary.ts';
import { findTarget, type Target } from './target.ts';

export const root = resolve(import.meta.dirname, '../..');
/** Of the log, on the screen: the rest is in the file. */
const maxWarnings = 20;
/** k6's code when thresholds were missed. */
const missedThresholds = 99;

const say = (line: string): void => console.log(`load: ${line}`);

/** Checks, runs and reports; answers with the exit code. Throws InputError before anything is loaded. */
export async function runLoad(request: RunRequest, interrupted: AbortSignal): Promise<number> {
  const profile: Profile = {
    ...profiles[request.profile],
    ...(request.seconds !== undefined && { seconds: request.seconds }),
  };
  const target = await findTarget(request, root);
  const trust: Trust = { ca: readAuthority(request.ca), insecure: request.insecure };
  checkDescriptors(profile);
  const filesUrl = await checkTarget(target, trust);
  await checkAccounts(request.accounts, target, trust, peopleOf(profile));
  const k6 = await findK6(root, process.env, say);

  const startedAt = new Date();
  const out = outFolder(request, startedAt);
  const script = join(out, 'scenarios.js');
  await bundleScenarios(script);
  const summaryFile = join(out, 'summary.json');
  const reportFile = join(out, 'report.html');
  const saved = request.saveAccounts && resolve(request.saveAccounts);
  const accounts = request.accounts && resolve(request.accounts);
  const samples = new Samples();
  const warnings: string[] = [];
  say(`${request.profile} against ${target.url}, with ${k6.name}; Ctrl-C ends it with a report`);
  if (profile.placement && target.status === undefined)
    say('without placement over gRPC: BERTH_STATUS is not given');
  if (profile.uploads && filesUrl === undefined) say('without uploads: the target takes no files');

  const code = await runK6({
    k6,
    script,
    variables: {
      ...variablesOf(request, target),
      BERTH_SUMMARY: summaryFile,
      ...(filesUrl && { BERTH_FILES: filesUrl }),
      ...(accounts && { BERTH_ACCOUNTS: accounts }),
      ...(saved && { BERTH_SAVE_ACCOUNTS: saved }),
    },
    folders: [
      out,
      join(root, 'proto'),
      ...[accounts, saved].flatMap((file) => (file ? [dirname(file)] : [])),
    ],
    logFile: join(out, 'k6.log'),
    caFile: request.ca && resolve(request.ca),
    insecure: request.insecure,
    samples,
    interrupted,
    onWarning: (line) => {
      if (warnings.push(line) <= maxWarnings) console.error(`load: k6: ${line}`);
    },
  });

  const thresholds = judgeThresholds(
    thresholdsOf(
      profile,
      { status: target.status !== undefined, files: filesUrl !== undefined },
      request.thresholds,
    ),
    readSummary(summaryFile),
    samples,
  );
  const { verdict, reason } = judge(code, interrupted.aborted, thresholds);
  const page = renderReport({
    profile: request.profile,
    about: profile.about,
    verdict,
    reason,
    target: target.url,
    k6: k6.name,
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, ${Math.round(totalmem() / 1e9)} GB`,
    startedAt,
    tookMs: Date.now() - startedAt.getTime(),
    thresholds,
    samples,
    warnings,
  });
  writeFileSync(reportFile, page);
  for (const { metric, expression, value } of thresholds.filter(({ outcome }) => outcome === 'missed'))
    console.error(`load: missed: ${metric}: ${expression} (measured ${value})`);
  say(`messages lost: ${samples.total('berth_lost')} ${describeLost(samples)}`);
  say(`${verdict}${reason && `: ${reason}`}; report: ${reportFile}`);
  return verdict === 'passed' ? 0 : verdict === 'interrupted' ? 130 : 1;
}

function judge(
  code: number | null,
  isInterrupted: boolean,
  thresholds: ThresholdOutcome[],
): { verdict: Verdict; reason: string } {
  const missed = thresholds.filter(({ outcome }) => outcome === 'missed').length;
  if (isInterrupted)
    return { verdict: 'interrupted', reason: 'stopped before its end: what follows is of the part that ran' };
  if (code === missedThresholds || (code === 0 && missed > 0))
    return { verdict: 'failed', reason: `${missed} of ${thresholds.length} thresholds missed` };
  if (code !== 0)
    return {
      verdict: 'failed',
      reason: `k6 ended with ${code ?? 'a signal'} before it had finished: see its log`,
    };
  return { verdict: 'passed', reason: '' };
}

function variablesOf(request: RunRequest, target: Target): Record<string, string> {
  return {
    BERTH_PROFILE: request.profile,
    BERTH_URL: target.url,
    BERTH_PROTOS: join(root, 'proto'),
    BERTH_THRESHOLDS: JSON.stringify(request.thresholds),
    ...(request.seconds !== undefined && { BERTH_SECONDS: String(request.seconds) }),
    ...(target.mailUrl && { BERTH_MAIL_URL: target.mailUrl }),
    ...(target.status && { BERTH_STATUS: target.status }),
    ...(target.statusTls && { BERTH_STATUS_TLS: target.statusTls }),
  };
}

export function readAuthority(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    const text = readFileSync(file, 'utf8');
    if (!text.includes('-----BEGIN CERTIFICATE-----'))
      throw new InputError(`--ca ${file}: no certificate (PEM)`);
    return text;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`--ca ${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function outFolder({ out, profile }: RunRequest, startedAt: Date): string {
  const time = startedAt.toISOString().slice(0, 19).replace(/[:T]/g, '-');
  const folder = resolve(out ?? join(root, `.berth/load/${profile}-${time}`));
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new InputError(`--out ${folder}: cannot be made (${(error as NodeJS.ErrnoException).code})`);
  }
  return folder;
}
