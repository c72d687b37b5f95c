/**
 * The conversation below or above the open one in the list, around its ends; the first or last when none is open. With
 * `wanted`, the nearest that is so. Undefined when there is none but the open one.
 */
export function neighbour<C extends { conversation: number }>(
  listed: readonly C[],
  open: number | undefined,
  step: 1 | -1,
  wanted: (conversation: C) => boolean = () => true,
): number | undefined {
  const count = listed.length;
  const at = listed.findIndex(({ conversation }) => conversation === open);
  const from = at >= 0 ? at : step > 0 ? -1 : count;
  for (let distance = 1; distance <= count; distance++) {
    const candidate = listed[(from + step * distance + 2 * count) % count]!;
    if (candidate.conversation !== open && wanted(candidate)) return candidate.conversation;
  }
  return undefined;
}
