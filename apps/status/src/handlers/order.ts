import { BerthError } from '@berth/wire';
import type { NodeOrder } from '../placement/node-record.ts';
import type { FleetSnapshot } from '../registry/registry.ts';
import { orderBody, parseMessage } from './messages.ts';

export interface OrderContext {
  readFleet(): Promise<FleetSnapshot>;
  order(name: string, bootEpoch: number, order: NodeOrder): Promise<boolean>;
}

/** POST /v1/fleet/orders: takes a node out of placement (`cordon`), has its people move away too (`drain`), or back (`none`). */
export async function order({ readFleet, order }: OrderContext, body: unknown): Promise<object> {
  const wish = parseMessage(orderBody, body, 'order');
  const { nodes } = await readFleet();
  const node = nodes.find(({ name, standing }) => name === wish.node && standing === 'listed');
  if (!node || !(await order(node.name, node.epoch, wish.order)))
    throw new BerthError('not_found', `There is no node ${wish.node}.`);
  return { node: node.name, order: wish.order, connections: node.connections };
}
