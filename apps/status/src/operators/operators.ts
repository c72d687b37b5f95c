import type { IncomingMessage } from 'node:http';
import type { Log } from '@berth/telemetry';
import { BerthError, toBerthError } from '@berth/wire';
import type { MysqlOperatorTokens, OperatorToken } from './mysql-operator-tokens.ts';
import { isSameSecret, type Scope } from './operator-token.ts';

/** Whoever shows a token that is good. */
export interface Operator {
  name: string;
  /** `root`: whoever shows the configured token, and may do everything. */
  scope: Scope | 'root';
  /** Undefined for root. */
  token: (OperatorToken & { isCurrent: boolean }) | undefined;
}

export interface OperatorsOptions {
  /** The configured one: good without MySQL, and the only one that mints others. */
  rootToken: string;
  /** Undefined: there are no others. */
  tokens: Pick<MysqlOperatorTokens, 'confirm'> | undefined;
  log: Log;
}

/** Which operators may call a route: all, those who may operate, or root. */
export type Need = Scope | 'root';

const ranks = { read: 0, operate: 1, root: 2 } as const;

/** Says who an operator is and whether they may, and keeps the log of what they have done. */
export class Operators {
  readonly #options: OperatorsOptions;

  constructor(options: OperatorsOptions) {
    this.#options = options;
  }

  /** Throws BerthError `unauthenticated`, `forbidden`, `unavailable`. */
  async admit(request: IncomingMessage, need: Need): Promise<Operator> {
    const operator = await this.#identify(request);
    assertMay(operator, need);
    return operator;
  }

  /** Runs what changes something, and logs who had it done, from where, and what came of it; refusals, too. */
  async carryOut(
    request: IncomingMessage,
    need: Need,
    command: string,
    run: (operator: Operator, told: Told) => Promise<object>,
  ): Promise<object> {
    const { log } = this.#options;
    const line: Record<string, unknown> = { audit: true, command, from: originOf(request) };
    const told: Told = (facts) => Object.assign(line, facts);
    try {
      const operator = await this.#identify(request);
      told({ operator: operator.name });
      assertMay(operator, need);
      const answer = await run(operator, told);
      log.info({ ...line, outcome: 'done' }, 'an operator’s command');
      return answer;
    } catch (thrown) {
      log.warn({ ...line, outcome: toBerthError(thrown).code }, 'an operator’s command was refused');
      throw thrown;
    }
  }

  async #identify(request: IncomingMessage): Promise<Operator> {
    const { rootToken, tokens } = this.#options;
    const shown = /^Bearer (\S{1,1024})$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (isSameSecret(shown, rootToken)) return { name: 'root', scope: 'root', token: undefined };
    if (shown === '' || !tokens)
      throw new BerthError('unauthenticated', 'An operator’s token is needed: Authorization: Bearer …');
    const token = await tokens.confirm(shown);
    return { name: token.name, scope: token.scope, token };
  }
}

function assertMay({ name, scope }: Operator, need: Need): void {
  if (ranks[scope] >= ranks[need]) return;
  const wanted = need === 'root' ? 'the operator’s token of the installation' : `the scope ${need}`;
  throw new BerthError('forbidden', `The token ${name} has the scope ${scope}; this needs ${wanted}.`);
}

/** Adds to the line of the log. */
export type Told = (facts: Record<string, string | number>) => void;

/** Gate names the client that it speaks for; nobody else than Berth's services and operators reaches this port. */
function originOf(request: IncomingMessage): string {
  const named = request.headers['x-forwarded-for'];
  const address = request.socket.remoteAddress ?? '';
  return typeof named === 'string' && /^[\da-fA-F:.]{2,45}$/.test(named) ? `${named} by ${address}` : address;
}
