import {
  type ComponentProps,
  cloneElement,
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  useRef,
  useState,
} from 'react';
import { lazyPart } from '../shell/part.tsx';
import type { Action } from './action.ts';
import type { OpenMenu } from './open-menu.tsx';
import { usePress } from './use-press.ts';

/** Loaded with the first menu that somebody is about to open, or before. */
export const loadMenu = async () => (await import('./open-menu.tsx')).OpenMenu;
const LoadedMenu = lazyPart<ComponentProps<typeof OpenMenu>>(loadMenu, 'dialog');
const preload = () => void loadMenu().catch(() => {});

interface Opened {
  /** Another each time: one may be opened while the one before it fades. */
  key: number;
  start?: 'first' | 'last' | undefined;
  /** Where it stands, when not at its button. */
  anchor?: { getBoundingClientRect(): DOMRect };
}

/** Opens one menu at a time, each anew. */
function useOpened() {
  const [opened, setOpened] = useState<Opened>();
  const count = useRef(0);
  const open = (how: Omit<Opened, 'key'> = {}) => setOpened({ key: ++count.current, ...how });
  const close = (key: number) => setOpened((current) => (current?.key === key ? undefined : current));
  return { opened, open, close };
}

/** What can be done, behind a button. */
export function ActionMenu({
  trigger,
  actions,
}: {
  trigger: ReactElement<Record<string, unknown>>;
  actions: readonly Action[];
}) {
  const button = useRef<HTMLElement>(null);
  const { opened, open, close } = useOpened();
  return (
    <>
      {cloneElement(trigger, {
        ref: button,
        'aria-haspopup': 'menu',
        'aria-expanded': opened !== undefined,
        onPointerEnter: preload,
        onFocus: preload,
        // The keyboard's clicks are counted by nobody.
        onClick: ({ detail }: MouseEvent) => open({ start: detail === 0 ? 'first' : undefined }),
        onKeyDown: (event: KeyboardEvent) => {
          if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
          event.preventDefault();
          open({ start: event.key === 'ArrowDown' ? 'first' : 'last' });
        },
      })}
      {opened && (
        <LoadedMenu
          key={opened.key}
          actions={actions}
          anchor={button}
          start={opened.start}
          finalFocus={button}
          onClose={() => close(opened.key)}
        />
      )}
    </>
  );
}

/** What can be done with something, by a long press, the right button or the menu key. */
export function ContextActions({
  children,
  actions,
}: {
  children: ReactElement<Record<string, unknown>>;
  actions: readonly Action[];
}) {
  const target = useRef<HTMLElement>(null);
  /** What the keyboard was at when it opened: that may be within. */
  const from = useRef<HTMLElement>(null);
  const { opened, open, close } = useOpened();
  const press = usePress(({ x, y }) => {
    const { activeElement } = document;
    const isWithin = activeElement instanceof HTMLElement && target.current!.contains(activeElement);
    from.current = isWithin ? activeElement : target.current;
    open({ anchor: { getBoundingClientRect: () => new DOMRect(x, y, 0, 0) } });
  });
  return (
    <>
      {cloneElement(children, { ref: target, ...press })}
      {opened?.anchor && (
        <LoadedMenu
          key={opened.key}
          actions={actions}
          anchor={opened.anchor}
          align="start"
          finalFocus={from}
          onClose={() => close(opened.key)}
        />
      )}
    </>
  );
}
