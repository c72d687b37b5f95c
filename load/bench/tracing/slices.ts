import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChatNode, Platform } from '@berth/test/platform';
import { type LightPlan, runLightLoader } from '../../light/light-loader.ts';
import { cpuSecondsOf, type ProcessGroups } from '../../machine/process-cpu.ts';
import { type LightMember, lightTargets } from '../targets/light-targets.ts';
import { processesOf } from '../targets/platform-processes.ts';
import { unlimited } from '../unlimited.ts';
import type { Pair } from './ratio.ts';

export interface SlicedPattern {
  name: string;
  plan: Pick<LightPlan, 'pattern' | 'senders' | 'rate'>;
  /** Seeds who talks. */
  members: (platform: Platform) => Promise<LightMember[]>;
}

export interface SlicesOptions {
  /** Where spans are sent to. */
  collectorUrl: string;
  /** Bytes that have come there so far. */
  sent: () => number;
  rounds: number;
  /** Of a slice. */
  seconds: number;
  say: (line: string) => void;
  signal: AbortSignal;
}

/** µs of CPU a message in the slices of each round, without traces and with them. */
export interface Slices {
  /** All server processes. */
  server: Pair[];
  chat: Pair[];
  /** What had to be thrown away would be no measurement: the collector's bytes of all slices with traces, and of those without. */
  sentOn: number;
  sentOff: number;
}

const warmSeconds = 10;
/** Before each slice, with traces or without: spans of the one before are sent within 2 s. */
const settleSeconds = 3;
const toggle = `--import=${join(import.meta.dirname, '../toggle-traces.ts')}`;

interface Counts {
  messages: number;
  messagesAt: number;
  cpu: Record<string, number>;
  cpuAt: number;
}

/**
 * One platform under one load of so many messages a second, whose chat node traces one in a hundred in one slice of time and
 * none in the other, by turns: off, on; on, off; …
 */
export async function measureSlices(
  { name, plan, members }: SlicedPattern,
  { collectorUrl, sent, rounds, seconds, say, signal }: SlicesOptions,
): Promise<Slices> {
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl, OTEL_TRACES_SAMPLER_ARG: '0.01' };
  // The first of the options is the chart's.
  const chat = { ...unlimited.chat, ...traced, NODE_OPTIONS: `--max-semi-space-size=64 ${toggle}` };
  const platform = await Platform.start({ nodes: 1, environment: { ...unlimited, chat } });
  try {
    const processes = processesOf(platform);
    const node = platform.nodes[0]!;
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    let hasEnded = false;
    const loading = runLightLoader(
      {
        ...{ dialect: 'berth', ...plan, warmSeconds },
        seconds: 5 + 1.03 * 2 * (rounds + 1) * (settleSeconds + seconds),
      },
      lightTargets(platform, await members(platform)),
      processes,
      signal,
      begin,
    );
    const end = () => {
      hasEnded = true;
    };
    loading.then(end, end);
    await Promise.race([begun, loading]);

    let isOn = false;
    const slices: Slices = { server: [], chat: [], sentOn: 0, sentOff: 0 };
    const slice = async (on: boolean) => {
      if (isOn !== on) node.signal('SIGUSR2');
      isOn = on;
      await sleep(1_000 * settleSeconds, undefined, { signal });
      const bytes = sent();
      const before = await count(node, processes);
      await sleep(1_000 * seconds, undefined, { signal });
      const after = await count(node, processes, 'CPU first');
      if (hasEnded) {
        await loading;
        throw new Error(`${name}: the load ended before what it was for`);
      }
      slices[on ? 'sentOn' : 'sentOff'] += sent() - bytes;
      return usAMessage(before, after);
    };
    // The first one warms up what a trace needs.
    for (let round = 0; round <= rounds; round++) {
      const first = await slice(round % 2 === 0);
      const second = await slice(round % 2 === 1);
      if (round === 0) continue;
      const [off, on] = round % 2 === 1 ? [first, second] : [second, first];
      slices.server.push({ off: total(off), on: total(on) });
      slices.chat.push({ off: off.chat!, on: on.chat! });
      say(
        `${name}: ${round} of ${rounds}: ${total(off).toFixed(1)} µs a message, traced ${total(on).toFixed(1)}`,
      );
    }
    const { missing, refused, refusal } = await loading;
    if (missing !== 0) throw new Error(`${name}: ${missing} deliveries have not come`);
    if (refused > 0) throw new Error(`${name}: ${refused} refused; the first: ${refusal}`);
    return slices;
  } finally {
    await platform.close();
  }
}

const total = (us: Record<string, number>): number => Object.values(us).reduce((sum, some) => sum + some, 0);

/** Asking costs a node some CPU: none of it is within a slice. */
async function count(node: ChatNode, processes: ProcessGroups, order?: 'CPU first'): Promise<Counts> {
  const asked = order ? undefined : await messagesOf(node);
  const cpuAt = performance.now();
  const cpu = Object.fromEntries(
    Object.entries(processes).map(([group, pids]) => [
      group,
      pids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0),
    ]),
  );
  return { cpu, cpuAt, ...(asked ?? (await messagesOf(node))) };
}

async function messagesOf({ opsUrl }: ChatNode): Promise<Pick<Counts, 'messages' | 'messagesAt'>> {
  const messagesAt = performance.now();
  const response = await fetch(`${opsUrl}/metrics`, { signal: AbortSignal.timeout(10_000) });
  const line = (await response.text())
    .split('\n')
    .find(
      (each) => /^chat_requests_total\{/.test(each) && /frame="send"/.test(each) && /code="ok"/.test(each),
    );
  if (line === undefined) throw new Error('the node has taken no message');
  return { messages: Number(line.split(' ').at(-1)), messagesAt };
}

function usAMessage(before: Counts, after: Counts): Record<string, number> {
  const perMs = (after.messages - before.messages) / (after.messagesAt - before.messagesAt);
  const ms = after.cpuAt - before.cpuAt;
  return Object.fromEntries(
    Object.entries(after.cpu).map(([group, seconds]) => [
      group,
      ((seconds - before.cpu[group]!) * 1e6) / ms / perMs,
    ]),
  );
}
