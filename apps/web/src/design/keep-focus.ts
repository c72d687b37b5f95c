/** What the keyboard can be at. */
const controls = 'a[href], button, input, textarea, select, [tabindex]';
/** Where it stays when nothing near is left of what it was at. */
const rooms = ':is([role="dialog"], [role="alertdialog"], #content, main, article)[tabindex]';
/** So many layers of the page are remembered: itself, and what opens above it. */
const maxLayers = 8;

/** Where the keyboard was. */
interface Place {
  element: HTMLElement;
  /** What it was called. */
  name: string;
  /** From the element up to what stands in the body, each with its place among its siblings. */
  path: readonly { element: Element; index: number }[];
}

/**
 * When what has the focus goes, and nobody else takes care of it, the keyboard goes on near by: at what took its place, or stood before
 * it, or what both were in; when that was open above the page and has closed, at the place before. Answers with what ends this.
 */
export function keepFocus(): () => void {
  /** Of each layer the last place, the newest at the end. */
  let places: readonly Place[] = [];
  let isLooking = false;
  const note = ({ target }: FocusEvent) => {
    if (!(target instanceof HTMLElement)) return;
    const place = placeOf(target);
    const others = places.filter((one) => layerOf(one) !== layerOf(place) && layerOf(one)?.isConnected);
    places = [...others, place].slice(-maxLayers);
  };
  /** Whoever presses beside everything wants to be nowhere. */
  const leave = ({ target, relatedTarget }: FocusEvent) => {
    if (relatedTarget === null)
      setTimeout(() => {
        if ((target as Element).isConnected && isNowhere()) places = [];
      });
  };
  const isGone = () => places.at(-1)?.element.isConnected === false && isNowhere();
  const look = () => {
    isLooking = false;
    if (!isGone()) return;
    for (const place of places.toReversed()) {
      const next = place.element.isConnected ? place.element : nearest(place);
      next?.focus({ preventScroll: true });
      if (!isNowhere()) return;
    }
  };
  const changed = new MutationObserver(() => {
    if (isLooking || !isGone()) return;
    isLooking = true;
    // Lists, dialogs and menus have a better idea, and are given time for it.
    requestAnimationFrame(() => requestAnimationFrame(look));
  });
  changed.observe(document.body, { childList: true, subtree: true });
  document.addEventListener('focusin', note);
  document.addEventListener('focusout', leave);
  return () => {
    changed.disconnect();
    document.removeEventListener('focusin', note);
    document.removeEventListener('focusout', leave);
  };
}

const isNowhere = (): boolean => document.activeElement === null || document.activeElement === document.body;

const nameOf = (element: Element): string => element.ariaLabel ?? element.textContent.trim();

function placeOf(element: HTMLElement): Place {
  const path: { element: Element; index: number }[] = [];
  for (let up: Element = element; up !== document.body && up.parentElement; up = up.parentElement)
    path.push({ element: up, index: [...up.parentElement.children].indexOf(up) });
  return { element, name: nameOf(element), path };
}

const layerOf = ({ path }: Place): Element | undefined => path.at(-1)?.element;

function nearest({ path, name }: Place): HTMLElement | undefined {
  const first = path.findIndex(({ element }) => element.isConnected);
  if (first < 0) return undefined;
  for (const [step, { element }] of path.entries()) {
    if (step < first) continue;
    if (element instanceof HTMLElement && element.matches(rooms)) return element;
    const { index } = path[step - 1]!;
    const children = [...element.children];
    for (const child of [...children.slice(index), ...children.slice(0, index).reverse()]) {
      const found = controlIn(child, name);
      if (found) return found;
    }
  }
  return undefined;
}

/** The one of that name, else the one where one writes, else the first. */
function controlIn(within: Element, name: string): HTMLElement | undefined {
  if (within instanceof HTMLElement && within.matches(rooms)) return within;
  const all = [within, ...within.querySelectorAll(controls)].filter(isReachable);
  return all.find((one) => nameOf(one) === name) ?? all.find((one) => one.matches('textarea')) ?? all[0];
}

function isReachable(element: Element): element is HTMLElement {
  if (!(element instanceof HTMLElement) || element.tabIndex < 0 || element.matches(':disabled')) return false;
  // A phone's own keyboard would come with a field.
  if (element.matches('input, textarea') && !matchMedia('(hover: hover)').matches) return false;
  const isApart = element.closest('[inert], [aria-hidden="true"], [data-base-ui-focus-guard]') !== null;
  return !isApart && element.checkVisibility({ visibilityProperty: true });
}
