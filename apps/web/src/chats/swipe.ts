/** Further than this a finger has made up its mind. */
const decidedPx = 10;
/** From here on letting go replies. */
export const armedPx = 56;
/** A message follows no further. */
const farthestPx = 76;

/** Where a finger is that began on a message: still to be understood, on its way across, or doing something else. */
export type Swipe =
  | { kind: 'open' }
  | { kind: 'swiping'; shiftPx: number; isArmed: boolean }
  | { kind: 'other' };

/** A swipe against the direction of reading; one that has become something else stays so. */
export function swipeTo(before: Swipe, dx: number, dy: number): Swipe {
  if (before.kind === 'other') return before;
  if (before.kind === 'open') {
    const [across, along] = [Math.abs(dx), Math.abs(dy)];
    if (Math.max(across, along) < decidedPx) return before;
    if (dx > 0 || across < along * 1.5) return { kind: 'other' };
  }
  const shiftPx = Math.max(-farthestPx, Math.min(0, dx + decidedPx));
  return { kind: 'swiping', shiftPx, isArmed: shiftPx <= -armedPx };
}
