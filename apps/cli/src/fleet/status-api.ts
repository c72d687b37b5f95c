import { BerthError } from '@berth/client';

export interface FleetNode {
  name: string;
  state: string;
  barred: string | null;
  connections: number;
  reserved: number;
  capacity: number;
  load: number;
  admissionRate: number;
  loopDelayP99Ms: number;
  zone: string;
  version: string;
}

export interface FleetAnswer {
  totals: { nodes: number; connections: number; reserved: number; capacity: number };
  nodes: FleetNode[];
}

export interface PlanAnswer {
  nowMs: number;
  scaler: 'on' | 'off';
  last: { atMs: number; scale: number; wanted: number; why: string } | null;
  decisions: { atMs: number; why: string }[];
}

export interface ExplainAnswer {
  strategy: string;
  chosen: { node: string; load: number } | null;
  retryAfterMs?: number;
  nodes: { node: string; load: number; skip: string | null }[];
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

const timeoutMs = 10_000;

/** The operators' door of status. Every call rejects with BerthError. */
export class StatusApi {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  fleet(): Promise<FleetAnswer> {
    return this.#call('GET', '/v1/fleet');
  }

  plan(): Promise<PlanAnswer> {
    return this.#call('GET', '/v1/fleet/plan');
  }

  explain(wish: object): Promise<ExplainAnswer> {
    return this.#call('POST', '/v1/placements/explain', wish);
  }

  order(node: string, order: 'none' | 'cordon' | 'drain'): Promise<{ connections: number }> {
    return this.#call('POST', '/v1/fleet/orders', { node, order });
  }

  rebalance(): Promise<{ moves: { node: string; sessions: number }[] }> {
    return this.#call('POST', '/v1/fleet/rebalance', {});
  }

  tokens(): Promise<{ tokens: OperatorToken[] }> {
    return this.#call('GET', '/v1/operator-tokens');
  }

  createToken(wish: object): Promise<OperatorToken & { token: string }> {
    return this.#call('POST', '/v1/operator-tokens', wish);
  }

  rotateToken(wish: object): Promise<OperatorToken & { token: string }> {
    return this.#call('POST', '/v1/operator-tokens/rotate', wish);
  }

  revokeToken(name: string): Promise<OperatorToken> {
    return this.#call('POST', '/v1/operator-tokens/revoke', { name });
  }

  async #call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    let response: Response;
    let answer: { error?: { code: string; message: string } };
    try {
      response = await fetch(`${this.#url}${path}`, {
        method,
        signal: AbortSignal.timeout(timeoutMs),
        headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
        ...(body && { body: JSON.stringify(body) }),
      });
      answer = (await response.json()) as typeof answer;
    } catch (cause) {
      throw new BerthError('unavailable', `Status does not answer at ${this.#url}.`, { cause });
    }
    if (!response.ok)
      throw new BerthError('internal', answer.error?.message ?? `Status answers ${response.status}.`);
    return answer as Answer;
  }
}
