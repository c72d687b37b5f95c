/**
 * Before an item of a list goes with its button that is pressed: the keyboard goes to the same button of the item beside it, and of
 * the last one to what the list stands in.
 */
export function passFocus(from: HTMLElement): void {
  const item = from.closest('li');
  if (!item) return;
  const place = [...item.querySelectorAll('button')].indexOf(from as HTMLButtonElement);
  const beside = item.nextElementSibling ?? item.previousElementSibling;
  const to =
    beside?.querySelectorAll('button')[place] ?? from.closest<HTMLElement>('[role="dialog"], #content');
  to?.focus({ preventScroll: to.matches('#content') });
}
