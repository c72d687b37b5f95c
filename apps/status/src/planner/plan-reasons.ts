import type { PlanReason, PlanReasonCode } from '@berth/wire/operators';

/** Why something is done, or nothing. What stands in braces is told with it. */
const sentences: Record<PlanReasonCode, string> = {
  grow: '{used} sessions and reservations want {wanted} pods: {from} → {to}',
  'grow.coming':
    '{used} sessions and reservations, and {coming} more until a pod has started, want {wanted} pods: {from} → {to}',
  bounded: '{used} sessions and reservations want {wanted} pods: as many as may be for now',
  'bounded.coming':
    '{used} sessions and reservations, and {coming} more until a pod has started, want {wanted} pods: as many as may be for now',
  back: '{used} sessions and reservations want {wanted} pods: {node} goes back to work',
  'back.coming':
    '{used} sessions and reservations, and {coming} more until a pod has started, want {wanted} pods: {node} goes back to work',
  silent: 'nodes that do not report: {nodes}; nothing is changed',
  rolling: 'a rollout is under way: nothing is changed',
  starting: '{missing} of {scale} pods have yet to start',
  held: 'an operator has taken a node out of service',
  uneven: 'the nodes are uneven: {sessions} sessions move',
  evening: 'the nodes are being evened out',
  right: 'the fleet has the right size',
  calm: 'one pod fewer has been enough for {seconds} of {wantedSeconds} s',
  leaving: 'one pod fewer has been enough for {seconds} s: {node} is to go',
  cordon: '{node} is to go',
  drain: '{node} is to go: {sessions} sessions move',
  draining: '{node} is being emptied: {sessions} sessions are left',
  remove: '{node} is empty: {from} → {to}',
  removed: '{node} is on its way out',
  late: '{node} is not empty after {seconds} s: it goes back to work',
};

export const because = (code: PlanReasonCode, places: PlanReason['places'] = {}): PlanReason => ({
  code,
  places,
});

export const sentenceOf = ({ code, places }: PlanReason): string =>
  sentences[code].replace(/\{(\w+)\}/g, (_, name: string) => String(places[name]));
