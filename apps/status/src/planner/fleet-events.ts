import type { NodeOrder } from '../placement/node-record.ts';
import type { PlanStep } from './plan-types.ts';

/** Something that happened to the fleet, for those who look after the cluster. */
export interface FleetEvent {
  reason: 'Cordoned' | 'Draining' | 'Uncordoned' | 'ScaledOut' | 'ScaledIn' | 'Rebalancing' | 'LeaderChanged';
  message: string;
  /** The chat node that it is about; undefined: all of them. */
  node?: string;
}

/** Takes events without making anyone wait, and may drop some. */
export interface FleetEvents {
  record(event: FleetEvent): void;
}

const orders = {
  cordon: ['Cordoned', 'gets no more log-ins'],
  drain: ['Draining', 'is being emptied: its sessions move to other nodes'],
  none: ['Uncordoned', 'is in service again'],
} as const;

/** `by`: who ordered it, and why. */
export function orderEvent(node: string, order: NodeOrder, by: string): FleetEvent {
  const [reason, message] = orders[order];
  return { reason, message: `${node} ${message} (${by})`, node };
}

export function moveEvent(node: string, sessions: number, by: string): FleetEvent {
  return { reason: 'Rebalancing', message: `${sessions} sessions are to leave ${node} (${by})`, node };
}

/** What a step of the planner did, from the scale that was. */
export function stepEvent(step: PlanStep, scale: number, why: string): FleetEvent {
  if (step.do === 'order') return orderEvent(step.node, step.order, why);
  if (step.do === 'move') return moveEvent(step.node, step.sessions, why);
  const reason = step.to > scale ? 'ScaledOut' : 'ScaledIn';
  const whom = step.do === 'remove' ? `; ${step.node} is empty and goes first` : '';
  return { reason, message: `from ${scale} to ${step.to} chat nodes${whom} (${why})` };
}
