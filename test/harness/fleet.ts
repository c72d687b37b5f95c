import { eventually } from '@berth/fixtures';
import type { Platform } from './platform.ts';

interface NodeView {
  name: string;
  state: string;
  connections: number;
  /** Places that are given and not yet taken. */
  reserved: number;
  barred: string | null;
}

/** The chat nodes that are there, as a replica of status tells operators. */
export async function nodesOfFleet(platform: Platform, replica = 'status'): Promise<NodeView[]> {
  const answer = await fetch(`${platform.service(replica).opsUrl}/v1/fleet`, {
    headers: { authorization: `Bearer ${platform.operatorToken}` },
  });
  return ((await answer.json()) as { nodes: NodeView[] }).nodes;
}

/** Waits until placement knows that all clients are gone, those of the tests before: then the next ones are spread evenly. */
export async function nobodyIsThere(platform: Platform): Promise<void> {
  await eventually('placement counts nobody', async () => {
    const nodes = await nodesOfFleet(platform);
    if (nodes.every(({ connections, reserved }) => connections + reserved === 0)) return true;
    throw new Error(JSON.stringify(nodes));
  });
}
