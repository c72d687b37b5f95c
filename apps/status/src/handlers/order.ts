import { BerthError } from '@berth/wire';
import type { Operator, Told } from '../operators/operators.ts';
import type { NodeOrder } from '../placement/node-record.ts';
import { type FleetEvents, orderEvent } from '../planner/fleet-events.ts';
import type { FleetSnapshot } from '../registry/registry.ts';
import { orderBody, parseMessage } from './messages.ts';

export interface OrderContext {
  readFleet(): Promise<FleetSnapshot>;
  order(name: string, bootEpoch: number, order: NodeOrder): Promise<boolean>;
  events: FleetEvents;
}

/** POST /v1/fleet/orders: takes a node out of placement (`cordon`), has its people move away too (`drain`), or back (`none`). */
export async function order(
  { readFleet, order, events }: OrderContext,
  { name: operator }: Operator,
  body: unknown,
  told: Told,
): Promise<object> {
  const wish = parseMessage(orderBody, body, 'order');
  told({ node: wish.node, order: wish.order });
  const { nodes } = await readFleet();
  const node = nodes.find(({ name, standing }) => name === wish.node && standing === 'listed');
  if (!node || !(await order(node.name, node.epoch, wish.order)))
    throw new BerthError('not_found', `There is no node ${wish.node}.`);
  events.record(orderEvent(node.name, wish.order, `ordered by ${operator}`));
  return { node: node.name, order: wish.order, connections: node.connections };
}
