import { BerthError } from '@berth/client';

export interface FleetNode {
  name: string;
  state: string;
  connections: number;
  reserved: number;
  capacity: number;
  load: number;
  admissionRate: number;
  zone: string;
  version: string;
}

export interface FleetAnswer {
  nowMs: number;
  totals: { nodes: number; connections: number; reserved: number; capacity: number };
  nodes: FleetNode[];
}

export interface PlanAnswer {
  nowMs: number;
  scaler: 'on' | 'off';
  last: { atMs: number; scale: number; wanted: number; why: string } | null;
  decisions: { atMs: number; why: string }[];
}

export interface HistoryAnswer {
  stepMs: number;
  /** Sessions of each node, oldest first; null: it was not there. */
  nodes: Record<string, (number | null)[]>;
}

export interface OperatorAnswer {
  name: string;
  scope: 'read' | 'operate';
}

export type Order = 'none' | 'cordon' | 'drain';

const timeoutMs = 8_000;

/** What gate passes on to the operators' port of status. Every call rejects with BerthError. */
export class FleetApi {
  readonly #url: string;
  readonly #token: string;

  constructor(home: string, token: string) {
    this.#url = `${home}operators/v1`;
    this.#token = token;
  }

  operator = (signal?: AbortSignal) => this.#call<OperatorAnswer>('GET', '/operator', undefined, signal);
  fleet = (signal?: AbortSignal) => this.#call<FleetAnswer>('GET', '/fleet', undefined, signal);
  plan = (signal?: AbortSignal) => this.#call<PlanAnswer>('GET', '/fleet/plan', undefined, signal);
  history = (signal?: AbortSignal) => this.#call<HistoryAnswer>('GET', '/fleet/history', undefined, signal);
  order = (node: string, order: Order) => this.#call<object>('POST', '/fleet/orders', { node, order });
  rebalance = () =>
    this.#call<{ moves: { node: string; sessions: number }[] }>('POST', '/fleet/rebalance', {});

  async #call<Answer>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Answer> {
    const late = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let answer: { error?: { code: BerthError['code']; message: string; retryAfterMs?: number } };
    try {
      response = await fetch(this.#url + path, {
        method,
        cache: 'no-store',
        credentials: 'omit',
        signal: signal ? AbortSignal.any([signal, late]) : late,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      answer = (await response.json()) as typeof answer;
    } catch (cause) {
      throw new BerthError('unavailable', undefined, { cause });
    }
    if (response.ok) return answer as Answer;
    const { code = 'internal', message, retryAfterMs } = answer.error ?? {};
    throw new BerthError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
  }
}
