import type { OperatorsApi, OperatorToken } from '@berth/wire/operators';
import type { TokenOrder } from './fleet-config.ts';
import { table } from './table.ts';

export interface TokenOutput {
  json: boolean;
  print(text: string): void;
}

/** Does what `berth fleet token …` says. Throws BerthError. */
export async function runToken(
  api: OperatorsApi,
  order: TokenOrder,
  { json, print }: TokenOutput,
): Promise<void> {
  const told = (answer: object, text: () => string) => print(json ? JSON.stringify(answer, null, 2) : text());
  switch (order.act) {
    case 'create': {
      const { name, scope, expiresInSeconds } = order;
      const minted = await api.createToken({ name, scope, ...(expiresInSeconds && { expiresInSeconds }) });
      return told(minted, () => shown(minted, `may ${scope} until ${time(minted.expiresAt)}`));
    }
    case 'rotate': {
      const { name, overlapSeconds } = order;
      const minted = await api.rotateToken({ name, ...(overlapSeconds !== undefined && { overlapSeconds }) });
      const overlap =
        minted.previousUntil === null
          ? 'the old one is good no more'
          : `the old one is good until ${time(minted.previousUntil)}`;
      return told(minted, () => shown(minted, overlap));
    }
    case 'revoke': {
      const revoked = await api.revokeToken(order.name);
      return told(revoked, () => `${revoked.name} is refused from now on`);
    }
    default: {
      const answer = await api.tokens();
      return told(answer, () => tokenTable(answer.tokens));
    }
  }
}

/** The token alone on its line, so that it can be taken as it is. */
const shown = ({ name, token }: { name: string; token: string }, what: string): string =>
  `${name} ${what}; keep it well, it is not shown again:\n${token}`;

function tokenTable(tokens: OperatorToken[]): string {
  if (tokens.length === 0) return 'there are no tokens but that of the installation';
  return table(
    ['name', 'scope', 'state', 'expires', 'last used', 'made by', 'old one until'],
    tokens.map((token) => [
      ...[token.name, token.scope, token.state, time(token.expiresAt)],
      ...[token.usedAt === null ? 'never' : time(token.usedAt), token.createdBy],
      token.previousUntil === null ? '' : time(token.previousUntil),
    ]),
  );
}

const time = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
