import type { IncomingMessage } from 'node:http';
import type { OpsServerOptions } from '@berth/telemetry';
import { type ExplainContext, explain } from '../handlers/explain.ts';
import { fleet } from '../handlers/fleet.ts';
import { type FleetPlanContext, fleetPlan } from '../handlers/fleet-plan.ts';
import {
  createOperatorToken,
  describeOperator,
  listOperatorTokens,
  type OperatorTokensContext,
  revokeOperatorToken,
  rotateOperatorToken,
} from '../handlers/operator-tokens.ts';
import { type OrderContext, order } from '../handlers/order.ts';
import { type RebalanceContext, rebalance } from '../handlers/rebalance.ts';
import { jsonRoute, readJson } from '../json-route.ts';
import type { FleetHistory } from '../registry/fleet-history.ts';
import type { Need, Operator, Operators, Told } from './operators.ts';

export type OperatorRoutesContext = ExplainContext &
  FleetPlanContext &
  OrderContext &
  RebalanceContext &
  OperatorTokensContext & { operators: Operators; history: Pick<FleetHistory, 'read'> };

/** What operators may ask of status, and what each needs. */
export function operatorRoutes(context: OperatorRoutesContext): NonNullable<OpsServerOptions['routes']> {
  const { operators } = context;
  const look = (need: Need, handle: (operator: Operator, request: IncomingMessage) => Promise<object>) =>
    jsonRoute(async (request) => handle(await operators.admit(request, need), request));
  const act = (
    need: Need,
    command: string,
    handle: (operator: Operator, body: unknown, told: Told) => Promise<object>,
  ) =>
    jsonRoute((request) =>
      operators.carryOut(request, need, command, async (operator, told) =>
        handle(operator, await readJson(request), told),
      ),
    );
  return {
    'GET /v1/operator': look('read', describeOperator),
    'GET /v1/fleet': look('read', () => fleet(context)),
    'GET /v1/fleet/plan': look('read', () => fleetPlan(context)),
    'GET /v1/fleet/history': look('read', async () => context.history.read()),
    'POST /v1/placements/explain': look('read', async (_operator, request) =>
      explain(context, await readJson(request)),
    ),
    'POST /v1/fleet/orders': act('operate', 'order', (operator, body, told) =>
      order(context, operator, body, told),
    ),
    'POST /v1/fleet/rebalance': act('operate', 'rebalance', (operator, _body, told) =>
      rebalance(context, operator, told),
    ),
    'GET /v1/operator-tokens': look('root', () => listOperatorTokens(context)),
    'POST /v1/operator-tokens': act('root', 'token create', (operator, body, told) =>
      createOperatorToken(context, operator, body, told),
    ),
    'POST /v1/operator-tokens/rotate': act('read', 'token rotate', (operator, body, told) =>
      rotateOperatorToken(context, operator, body, told),
    ),
    'POST /v1/operator-tokens/revoke': act('read', 'token revoke', (operator, body, told) =>
      revokeOperatorToken(context, operator, body, told),
    ),
  };
}
