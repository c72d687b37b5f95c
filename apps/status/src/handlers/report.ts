import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { NodeMessage, StatusMessage } from '@berth/contracts/status';
import { toServiceError } from '@berth/grpc';
import type { Log } from '@berth/telemetry';
import { deriveTicketKey } from '@berth/tokens';
import { BerthError } from '@berth/wire';
import type { handleBidiStreamingCall, ServerDuplexStream } from '@grpc/grpc-js';
import type { z } from 'zod';
import type { StatusMetrics } from '../metrics.ts';
import type { FleetView } from '../registry/fleet-view.ts';
import type { RedisRegistry } from '../registry/redis-registry.ts';
import type { Registration, RegistrationAnswer, ReportAnswer } from '../registry/registry.ts';
import { NodeStream } from '../streams/node-stream.ts';
import type { NodeStreams } from '../streams/node-streams.ts';
import { loadMessage, parseMessage, registerMessage } from './messages.ts';

export interface ReportContext {
  registry: RedisRegistry;
  view: FleetView;
  streams: NodeStreams;
  ticketSecret: string;
  metrics: StatusMetrics;
  log: Log;
  /** A stream on which nothing came for this long is cut; default 30 s. */
  silenceMs?: number;
}

type Call = ServerDuplexStream<NodeMessage, StatusMessage>;
/** Longer than the turn of the loop in which both come. */
const resetAfterEndMs = 50;

type Load = z.output<typeof loadMessage>;

/** One node's stream: registers it, takes its reports one after the other, and notes how the stream ended. */
export function createReportHandler(
  context: ReportContext,
): handleBidiStreamingCall<NodeMessage, StatusMessage> {
  return (call) => {
    const report = new ReportStream(context, call);
    report.run().catch((error: unknown) => {
      context.log.warn({ err: error, node: report.name }, 'a node stream failed');
      end(call, error);
    });
  };
}

class ReportStream {
  readonly #context: ReportContext;
  readonly #call: Call;
  #registration: Registration | undefined;
  #stream: NodeStream | undefined;
  /** Why the stream is to be cut, once somebody has said so. */
  #fault: unknown;
  #silence: NodeJS.Timeout | undefined;

  constructor(context: ReportContext, call: Call) {
    this.#context = context;
    this.#call = call;
  }

  get name(): string | undefined {
    return this.#registration?.name;
  }

  async run(): Promise<void> {
    const { streams, view, log } = this.#context;
    try {
      this.#watchSilence();
      // Reading on only after a report was taken bounds what a node can have waiting here.
      for await (const message of this.#call.iterator({ destroyOnReturn: false })) {
        if (this.#fault) break;
        this.#watchSilence();
        await this.#take(message as NodeMessage);
      }
    } catch (error) {
      if (!this.#call.cancelled) this.#fault ??= error;
    } finally {
      clearTimeout(this.#silence);
      if (this.#stream) streams.remove(this.#stream);
    }
    if (this.#fault) end(this.#call, this.#fault);
    const left = !this.#fault && (await this.#endedByNode());
    if (this.#stream && !streams.closing) {
      const { name, bootEpoch } = this.#stream;
      if (view.away) view.lost(name, bootEpoch);
      await this.#note(this.#stream, left).catch((err: unknown) => {
        view.lost(name, bootEpoch);
        log.warn(
          { err, node: this.name },
          'the end of a node stream could not be noted: its lease will tell',
        );
      });
    }
    if (left) this.#call.end();
  }

  /** A stream that is reset ends first, too, and is cancelled only then. */
  async #endedByNode(): Promise<boolean> {
    if (this.#call.cancelled) return false;
    const settled = new AbortController();
    await Promise.race([
      once(this.#call, 'cancelled', { signal: settled.signal }).catch(() => {}),
      delay(resetAfterEndMs, undefined, { signal: settled.signal }).catch(() => {}),
    ]);
    settled.abort();
    return !this.#call.cancelled;
  }

  async #note(stream: NodeStream, left: boolean): Promise<void> {
    const { registry, view, log } = this.#context;
    const { name, bootEpoch, sequence } = stream;
    if (left) {
      if (await registry.leave(name, bootEpoch, sequence)) log.info({ node: name }, 'node left');
      view.readSoon();
    } else if (await registry.suspect(name, bootEpoch, sequence)) {
      log.warn({ node: name }, 'node is suspect: its stream broke');
    }
  }

  async #take({ message }: NodeMessage): Promise<void> {
    if (!this.#stream) {
      if (message?.$case !== 'register')
        throw new BerthError('bad_request', 'The first message of a Report stream is `register`.');
      await this.#register(message.value);
      return;
    }
    if (message?.$case !== 'load')
      throw new BerthError('bad_request', 'After `register` a Report stream carries `load` messages.');
    await this.#load(this.#stream, parseMessage(loadMessage, message.value, 'load'));
  }

  async #register(value: unknown): Promise<void> {
    const { streams, ticketSecret, log } = this.#context;
    const { peerAddress, clientHost, clientPort, clientUrl, revocationsAfter, ...node } = parseMessage(
      registerMessage,
      value,
      'register',
    );
    this.#registration = { ...node, address: { peerAddress, clientHost, clientPort, clientUrl } };
    const { bootEpoch, nowMs, order } = await this.#enter(this.#registration);
    this.#registration.bootEpoch = bootEpoch;
    if (this.#call.cancelled) return;
    const stream = new NodeStream(node.name, bootEpoch, this.#call, (error) => this.#cut(error));
    this.#stream = stream;
    const ticketKey = deriveTicketKey(ticketSecret, node.name, bootEpoch);
    stream.send({
      message: { $case: 'registered', value: { bootEpoch, ticketKey, nowMs: Math.floor(nowMs) } },
    });
    streams.add(stream, { order, newsAfter: revocationsAfter });
    log.info({ node: node.name, bootEpoch, again: node.bootEpoch !== 0 }, 'node registered');
  }

  async #enter(registration: Registration): Promise<Exclude<RegistrationAnswer, { superseded: true }>> {
    let answer: RegistrationAnswer;
    try {
      answer = await this.#context.registry.register(registration);
    } catch (cause) {
      throw new BerthError('unavailable', 'The registry is away; register again.', {
        cause,
        retryAfterMs: 1_000,
      });
    }
    if (answer.superseded) throw superseded(registration.name);
    return answer;
  }

  async #load(stream: NodeStream, load: Load): Promise<void> {
    const { view, metrics, log } = this.#context;
    let answer: ReportAnswer;
    try {
      answer = await this.#report(stream, load);
    } catch (err) {
      if (err instanceof BerthError) throw err;
      // Sessions live on without the registry. What was used is not acknowledged, so that it is sent again.
      log.debug({ err, node: stream.name }, 'a report was not taken: redis is away');
      metrics.reports.inc({ result: 'lost' });
      view.markAway();
      view.observe(stream.name, stream.bootEpoch, load.connections, load.state);
      const nowMs = view.nowMs();
      if (nowMs !== undefined) acknowledge(stream, load.sequence, [], nowMs);
      return;
    }
    metrics.reports.inc({ result: answer.result });
    if (answer.result === 'unknown' || answer.result === 'superseded') throw superseded(stream.name);
    const usedReservations = answer.result === 'ok' ? load.usedReservations : [];
    if (answer.result === 'ok') stream.sequence = load.sequence;
    acknowledge(stream, load.sequence, usedReservations, answer.nowMs);
    if (answer.result === 'ok' && Math.abs(answer.rate - stream.rate) > stream.rate / 10) {
      stream.rate = answer.rate;
      stream.send({
        message: { $case: 'command', value: { command: { $case: 'rate', value: answer.rate } } },
      });
    }
  }

  /** Reports; where the registry does not know the node (Redis was emptied) enters it again first. */
  async #report(stream: NodeStream, load: Load): Promise<ReportAnswer> {
    const { registry, view, log } = this.#context;
    const answer = await registry.report(stream.name, stream.bootEpoch, load);
    if (answer.result !== 'unknown') return answer;
    log.warn({ node: stream.name }, 'the registry forgot this node: entering it again');
    await this.#enter(this.#registration!);
    view.readSoon();
    return registry.report(stream.name, stream.bootEpoch, load);
  }

  #watchSilence(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(
      () => this.#cut(new BerthError('deadline', 'Nothing came on this stream for too long.')),
      this.#context.silenceMs ?? 30_000,
    );
  }

  /** Ends reading at once; `run` then ends the call. */
  #cut(error: BerthError): void {
    this.#fault ??= error;
    this.#call.push(null);
  }
}

function acknowledge(stream: NodeStream, sequence: number, usedReservations: string[], nowMs: number): void {
  const value = { sequence, usedReservations, nowMs: Math.floor(nowMs) };
  stream.send({ message: { $case: 'ack', value } });
}

const superseded = (name: string): BerthError =>
  new BerthError(
    'conflict',
    `A newer boot of ${name} is registered; this process must not go on as ${name}.`,
  );

function end(call: Call, error: unknown): void {
  if (!call.cancelled && !call.writableEnded) call.emit('error', toServiceError(error));
}
