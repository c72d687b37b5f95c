import type { PlanReason } from '@berth/wire/operators';
import type { NodeOrder, NodeStateName } from '../placement/node-record.ts';

export interface PlanPolicy {
  /** Pods, at least and at most. */
  min: number;
  max: number;
  /** Part of the fleet's capacity that is kept free. */
  headroom: number;
  /** How long a new pod takes until it serves: for so long the present growth is counted on. */
  startMs: number;
  /** How long one pod fewer must have been enough before one is taken away. */
  calmMs: number;
  /** A pod that is not empty after this long goes back to work. */
  drainMs: number;
  /** Part of all sessions that may be moved in a minute to even out the fleet; 0: none. */
  rebalanceShare: number;
}

export const defaultPlanPolicy: PlanPolicy = {
  min: 2,
  max: 10,
  headroom: 0.25,
  startMs: 30_000,
  calmMs: 600_000,
  drainMs: 900_000,
  rebalanceShare: 0.5,
};

export interface PlanNode {
  name: string;
  bootEpoch: number;
  connections: number;
  reserved: number;
  /** Of `connections` those that have a place elsewhere, where they count, too. Default: none. */
  leaving?: number;
  capacity: number;
  /** As the node reports it. */
  state: NodeStateName;
  /** As it was ordered. */
  order: NodeOrder;
  zone: string;
  version: string;
}

export interface PlanSnapshot {
  nowMs: number;
  /** Pods that are asked for. */
  scale: number;
  /** Those that are there. */
  nodes: readonly PlanNode[];
  /** Of nodes that are there, or were a moment ago, and have not reported: what they hold is not known. */
  silent: number;
}

/** What the planner has to remember from one plan to the next. */
export interface PlanMemory {
  /** Since when one pod fewer has been enough without a break. */
  calmSinceMs?: number | undefined;
  victim?: Victim | undefined;
  /** Sessions and reservations as they were, oldest first. */
  samples?: Sample[] | undefined;
  /** Scale-outs of the last while, and the scale before each; oldest first. */
  grown?: Growth[] | undefined;
  evening?: Evening | undefined;
}

/** What is kept of the planner: what it needs itself, and what it tells. */
export interface PlannerRecord extends PlanMemory {
  last?: ToldPlan;
  /** The latest that had steps, newest last. */
  decisions?: ToldPlan[];
}

export interface ToldPlan {
  atMs: number;
  scale: number;
  wanted: number;
  why: string;
  /** Absent in what a planner of an earlier release has left. */
  reason?: PlanReason;
  steps: PlanStep[];
}

/** The fleet is being evened out, or was. */
export interface Evening {
  /** How many nodes there are, and the newest of them. */
  fleet: string;
  isDone: boolean;
  sinceMs?: number;
  /** When sessions were last told to move. */
  movedAtMs?: number;
}

export interface Sample {
  atMs: number;
  used: number;
  nodes: number;
}

export interface Growth {
  atMs: number;
  from: number;
}

/** The pod that is being emptied. */
export interface Victim {
  node: string;
  bootEpoch: number;
  sinceMs: number;
  /** The scale that was to be lowered for it; while it stands, that has not happened. */
  removedFrom?: number;
  /** The scale was lowered: it has yet to go. */
  removed: boolean;
}

export type PlanStep =
  | { do: 'scale'; to: number }
  | { do: 'order'; node: string; bootEpoch: number; order: NodeOrder }
  /** Have so many of its sessions move to other nodes, but those that are as full. */
  | { do: 'move'; node: string; bootEpoch: number; sessions: number; avoid: string[] }
  /** Mark this empty node's pod as the first to go, then lower the scale by one. */
  | { do: 'remove'; node: string; to: number };

export interface Plan {
  steps: PlanStep[];
  memory: PlanMemory;
  /** Pods that the present load wants. */
  wanted: number;
  /** Why these steps, or none; `why`: in one sentence. */
  reason: PlanReason;
  why: string;
}
