import type { Platform } from './platform.ts';

interface NodeView {
  name: string;
  state: string;
  connections: number;
  barred: string | null;
}

/** The chat nodes that are there, as a replica of status tells operators. */
export async function nodesOfFleet(platform: Platform, replica = 'status'): Promise<NodeView[]> {
  const answer = await fetch(`${platform.service(replica).opsUrl}/v1/fleet`, {
    headers: { authorization: `Bearer ${platform.operatorToken}` },
  });
  return ((await answer.json()) as { nodes: NodeView[] }).nodes;
}
