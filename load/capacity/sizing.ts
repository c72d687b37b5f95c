import { shown } from '../bench/markdown.ts';

/** What the sessions of a level cost, of all chat processes. */
export interface Cost {
  sessions: number;
  /** Cores of chat, less what it takes without sessions; and of all server processes. */
  chatCores: number;
  serverCores: number;
  /** Resident memory of chat, less what it takes without sessions, and that. */
  chatBytes: number;
  baseBytes: number;
  /** Resident memory of all server processes. */
  serverBytes: number;
}

/** A chat pod as charts/berth/values.yaml has it, and how much of it is to be used. */
export const pod = {
  /** Sessions that it takes whatever they do. */
  capacity: 20_000,
  cores: 0.5,
  /** Of the 1536 MiB that it may have, since V8 collects late. */
  bytes: 0.8 * 1536 * 2 ** 20,
};
/** People are spread unevenly, a node may be lost, and there are evenings. */
const headRoom = 1.3;
/** An m7g.large: CPU that is for pods, and its price with Auto Mode's part, a month (docs/deploy.md). */
const node = { cores: 1.93, dollars: 59.57, autoDollars: 7.15 };
const leastPods = 2;
const leastNodes = 2;

/**
 * What the most sessions cost. Memory is told by how much more the most take than the fewest did, where there are twice as
 * many: what a process takes once, for its code and its heap, is no session's.
 */
export function costOf<C extends Cost>(levels: C[]): C | undefined {
  const sorted = levels.toSorted((one, other) => one.sessions - other.sessions);
  const [fewest, most] = [sorted[0], sorted.at(-1)];
  if (!fewest || !most || most.sessions < 2 * fewest.sessions) return most;
  const each = (most.chatBytes - fewest.chatBytes) / (most.sessions - fewest.sessions);
  if (each <= 0) return most;
  const chatBytes = each * most.sessions;
  return { ...most, chatBytes, baseBytes: most.baseBytes + most.chatBytes - chatBytes };
}

/** Sessions that one pod may be given, and what limits it. */
export function podSessions(cost: Cost): { sessions: number; limit: string } {
  const byLimit = {
    'its capacity': pod.capacity,
    'its CPU': Math.floor(pod.cores / (cost.chatCores / cost.sessions)),
    'its memory': Math.floor((pod.bytes - cost.baseBytes) / (cost.chatBytes / cost.sessions)),
  };
  const [limit, sessions] = Object.entries(byLimit).toSorted(([, one], [, other]) => one - other)[0]!;
  return { sessions: Math.max(1, sessions), limit };
}

export interface Size {
  people: number;
  pods: number;
  nodes: number;
}

export function sizeFor(people: number, sessionsPerPod: number): Size {
  const pods = Math.max(leastPods, Math.ceil((people * headRoom) / sessionsPerPod));
  const podsPerNode = Math.floor(node.cores / pod.cores);
  return { people, pods, nodes: Math.max(leastNodes, Math.ceil(pods / podsPerNode)) };
}

const peopleSizes = [1_000, 100_000, 1_000_000];
const people = (count: number): string => count.toLocaleString('en');

/** The rows of docs/sizing.md that docs/deploy.md and the README take their chat pods and nodes from. */
export function renderSizes(cost: Cost): string {
  const { sessions, limit } = podSessions(cost);
  const sizes = peopleSizes.map((count) => sizeFor(count, sessions));
  const rows: [string, (size: Size) => string][] = [
    ['chat pods', (size) => String(size.pods)],
    ['nodes for chat (m7g.large)', (size) => String(size.nodes)],
    [
      'dollars a month for these nodes',
      ({ nodes }) => `${nodes} × ${node.dollars} = ${Math.round(nodes * node.dollars)}`,
    ],
    [
      'Auto Mode for these nodes',
      ({ nodes }) => `${nodes} × ${node.autoDollars} = ${Math.round(nodes * node.autoDollars)}`,
    ],
  ];
  const lines = [
    ['people connected at once', ...sizes.map((size) => people(size.people))],
    sizes.map(() => '---').concat('---'),
    ...rows.map(([name, of]) => [name, ...sizes.map(of)]),
  ];
  return [
    `A pod is given ${people(sessions)} sessions at most: ${limit} is its limit.`,
    lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
  ].join('\n\n');
}

/** What a session costs, a core and a GB hold. */
export function renderCost(cost: Cost): string {
  const { sessions, chatCores, serverCores, chatBytes, serverBytes } = cost;
  const kb = (bytes: number) => `${shown(bytes / sessions / 1_024)} KB`;
  const us = (cores: number) => `${shown((cores * 1e6) / sessions)} µs`;
  const perCore = (cores: number) => people(Math.floor(sessions / cores));
  const perGb = (bytes: number) => people(Math.floor(sessions / (bytes / 2 ** 30)));
  return [
    '| | chat, above what it takes without sessions | all server processes |',
    '| --- | --- | --- |',
    `| CPU of a session, each second | ${us(chatCores)} | ${us(serverCores)} |`,
    `| resident memory of a session | ${kb(chatBytes)} | ${kb(serverBytes)} |`,
    `| sessions a core | ${perCore(chatCores)} | ${perCore(serverCores)} |`,
    `| sessions a GB | ${perGb(chatBytes)} | ${perGb(serverBytes)} |`,
  ].join('\n');
}
