/** To all other tabs under its name, in order; what is sent is data alone. */
export interface TabChannel {
  send(message: object): void;
  close(): void;
}

export interface HoldEvents {
  held(): void;
  /** Another tab has taken it by force. */
  lost(): void;
  /** The browser does not let this page hold anything. */
  denied(): void;
}

/** How tabs of one browser find each other. A part that this browser does not have is undefined. */
export interface Tabs {
  /** Joins the tabs under a name; undefined when there is no way to talk to them. */
  open(name: string, hear: (message: unknown) => void): TabChannel | undefined;
  /**
   * Holds a name that one tab can hold at a time, from the time when `held` is called until what is returned is. The
   * browser lets go of it when the tab is gone.
   */
  readonly hold?: (name: string, force: boolean, on: HoldEvents) => () => void;
  /** `left` is called when the page goes, `back` when it is shown again after all; what is returned ends it. */
  onPage(on: { left(): void; back(): void }): () => void;
}

/** What of a window is used. */
type PageEvents = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;

/**
 * The tabs of this browser: Web Locks say who leads, a BroadcastChannel carries what they say. Without locks they agree by
 * words alone; without a channel by the events of localStorage; without either each tab is alone.
 */
export function browserTabs(page: PageEvents = globalThis): Tabs {
  const locks = attempt(() => globalThis.navigator?.locks);
  return {
    open: (name, hear) =>
      attempt(() => openBroadcast(name, hear)) ?? attempt(() => openStorage(name, hear, page)),
    ...(locks && { hold: (name, force, on) => holdLock(locks, name, force, on) }),
    onPage({ left, back }) {
      const shown = (event: Event) => {
        if ((event as PageTransitionEvent).persisted) back();
      };
      page.addEventListener('pagehide', left);
      page.addEventListener('pageshow', shown);
      return () => {
        page.removeEventListener('pagehide', left);
        page.removeEventListener('pageshow', shown);
      };
    },
  };
}

/** Where site data is blocked even to ask may throw. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

function openBroadcast(name: string, hear: (message: unknown) => void): TabChannel | undefined {
  if (typeof BroadcastChannel === 'undefined') return undefined;
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => hear(data);
  return { send: (message) => channel.postMessage(message), close: () => channel.close() };
}

/** Every other tab hears of what is set, also when it is taken away at once. */
function openStorage(
  name: string,
  hear: (message: unknown) => void,
  page: PageEvents,
): TabChannel | undefined {
  const { localStorage } = globalThis;
  if (!localStorage) return undefined;
  const key = `${name}/said`;
  let count = 0;
  const onStorage = (event: Event) => {
    const { key: changed, newValue } = event as StorageEvent;
    if (changed === key && newValue !== null) hear((JSON.parse(newValue) as { message: unknown }).message);
  };
  page.addEventListener('storage', onStorage);
  return {
    send(message) {
      // Two texts in a row that are equal are no change.
      localStorage.setItem(key, JSON.stringify({ message, count: ++count }));
      localStorage.removeItem(key);
    },
    close: () => page.removeEventListener('storage', onStorage),
  };
}

function holdLock(
  locks: LockManager,
  name: string,
  force: boolean,
  { held, lost, denied }: HoldEvents,
): () => void {
  const abort = new AbortController();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  let isOver = false;
  let isHeld = false;
  locks
    // A lock that is taken by force cannot be waited for, and so not be called off.
    .request(name, force ? { steal: true } : { signal: abort.signal }, () => {
      isHeld = true;
      if (!isOver) held();
      return released;
    })
    .catch(() => {
      if (isOver) return;
      if (isHeld) lost();
      else denied();
    });
  return () => {
    isOver = true;
    abort.abort();
    release();
  };
}
