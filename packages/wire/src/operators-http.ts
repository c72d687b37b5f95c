import { BerthError, type ErrorCode } from './errors.ts';

/** A node as `GET /v1/fleet` tells of it. */
export interface FleetNode {
  name: string;
  state: string;
  /** Why nobody is placed on it, as of its last change; null: it may be chosen. */
  barred: string | null;
  connections: number;
  reserved: number;
  capacity: number;
  load: number;
  /** Log-ins a second that it is given. */
  admissionRate: number;
  loopDelayP99Ms: number;
  zone: string;
  version: string;
}

/** `GET /v1/fleet`. Times are ms of Redis' clock. */
export interface FleetAnswer {
  nowMs: number;
  totals: { nodes: number; connections: number; reserved: number; capacity: number };
  nodes: FleetNode[];
}

/** `GET /v1/fleet/plan`. Times are ms of Redis' clock. */
export interface PlanAnswer {
  nowMs: number;
  scaler: 'on' | 'off';
  /** Null: the planner has not planned yet. */
  last: FleetDecision | null;
  /** Those by which something was changed, oldest first. */
  decisions: FleetDecision[];
}

interface FleetDecision {
  atMs: number;
  /** Nodes that were asked for before it. */
  scale: number;
  wanted: number;
  /** One sentence of English… */
  why: string;
  /** …and the same for whoever says it in another language. A planner of an earlier release has not told it. */
  reason?: PlanReason;
}

/** With the numbers and names that stand in its sentence. */
export interface PlanReason {
  code: PlanReasonCode;
  places: Record<string, string | number>;
}

export type PlanReasonCode =
  | ('grow' | 'grow.coming' | 'bounded' | 'bounded.coming' | 'back' | 'back.coming')
  | ('silent' | 'rolling' | 'starting' | 'held' | 'uneven' | 'evening' | 'right' | 'calm')
  | ('leaving' | 'cordon' | 'drain' | 'draining' | 'remove' | 'removed' | 'late');

/** `GET /v1/fleet/history`. */
export interface HistoryAnswer {
  atMs: number;
  stepMs: number;
  /** Sessions of each node, oldest first; null: it was not there. */
  nodes: Record<string, (number | null)[]>;
}

/** `POST /v1/placements/explain`. */
export interface ExplainAnswer {
  strategy: string;
  chosen: { node: string; load: number } | null;
  retryAfterMs?: number;
  /** In the order of the strategy. */
  nodes: { node: string; load: number; skip: string | null }[];
}

/** `POST /v1/fleet/rebalance`. */
export interface RebalanceAnswer {
  moves: { node: string; sessions: number }[];
}

/** `GET /v1/operator`: who asks. */
export interface OperatorAnswer {
  name: string;
  scope: 'read' | 'operate' | 'root';
}

/** Times in ms. */
export interface OperatorToken {
  name: string;
  scope: string;
  state: 'live' | 'expired' | 'revoked';
  createdBy: string;
  expiresAt: number;
  usedAt: number | null;
  previousUntil: number | null;
}

export type FleetOrder = 'none' | 'cordon' | 'drain';

export interface OperatorsApiOptions {
  /** Where `/v1` of the operators' port is, that included. */
  url: string;
  token: string;
  /** What is said when nobody answers. Default: the error's own sentence. */
  awayMessage?: string;
  /** Default 10 s. */
  timeoutMs?: number;
}

/** The operators' door of status, at its own port or behind gate. Every call rejects with BerthError. */
export class OperatorsApi {
  readonly #options: OperatorsApiOptions;

  constructor(options: OperatorsApiOptions) {
    this.#options = options;
  }

  operator = (signal?: AbortSignal) => this.#get<OperatorAnswer>('/operator', signal);
  fleet = (signal?: AbortSignal) => this.#get<FleetAnswer>('/fleet', signal);
  plan = (signal?: AbortSignal) => this.#get<PlanAnswer>('/fleet/plan', signal);
  history = (signal?: AbortSignal) => this.#get<HistoryAnswer>('/fleet/history', signal);
  order = (node: string, order: FleetOrder) =>
    this.#post<{ connections: number }>('/fleet/orders', { node, order });
  rebalance = () => this.#post<RebalanceAnswer>('/fleet/rebalance', {});
  explain = (wish: object) => this.#post<ExplainAnswer>('/placements/explain', wish);
  tokens = () => this.#get<{ tokens: OperatorToken[] }>('/operator-tokens');
  createToken = (wish: object) => this.#post<OperatorToken & { token: string }>('/operator-tokens', wish);
  rotateToken = (wish: object) =>
    this.#post<OperatorToken & { token: string }>('/operator-tokens/rotate', wish);
  revokeToken = (name: string) => this.#post<OperatorToken>('/operator-tokens/revoke', { name });

  #get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
    return this.#call('GET', path, undefined, signal);
  }

  #post<Answer>(path: string, body: object): Promise<Answer> {
    return this.#call('POST', path, body);
  }

  async #call<Answer>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Answer> {
    const { url, token, awayMessage, timeoutMs = 10_000 } = this.#options;
    const late = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let answer: { error?: { code: ErrorCode; message: string; retryAfterMs?: number } };
    try {
      response = await fetch(url + path, {
        method,
        cache: 'no-store',
        credentials: 'omit',
        signal: signal ? AbortSignal.any([signal, late]) : late,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      answer = (await response.json()) as typeof answer;
    } catch (cause) {
      throw new BerthError('unavailable', awayMessage, { cause });
    }
    if (response.ok) return answer as Answer;
    const { code = 'internal', message, retryAfterMs } = answer.error ?? {};
    throw new BerthError(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
  }
}
