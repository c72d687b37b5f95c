import { openKeptTexts } from '../state/kept-texts.ts';
import { Cell } from '../state/observable.ts';
import { useCell } from '../state/use-observed.ts';
import type { Workspace } from '../state/workspace.ts';
import { useWorkspace } from '../state/workspace-context.ts';
import type { Emoji } from './emoji.ts';

interface Habits {
  /** 0: none; 1 (light) to 5 (dark). */
  tone: number;
  /** As they were used, the latest first. */
  recent: readonly string[];
}

const maxRecent = 24;
const all = new WeakMap<Workspace, Cell<Habits>>();

/** The skin tone that this user has chosen, and the emoji that they used lately, on this device. */
export function useEmojiHabits() {
  const cell = habitsOf(useWorkspace());
  const { tone, recent } = useCell(cell);
  return {
    tone,
    recent,
    toned: ({ emoji, tones }: Emoji): string => tones[tone - 1] ?? emoji,
    choose: (next: number) => {
      cell.value = { ...cell.value, tone: next };
    },
    used: (emoji: string) => {
      const others = cell.value.recent.filter((one) => one !== emoji);
      cell.value = { ...cell.value, recent: [emoji, ...others].slice(0, maxRecent) };
    },
  };
}

function habitsOf(workspace: Workspace): Cell<Habits> {
  const known = all.get(workspace);
  if (known) return known;
  const area = openKeptTexts('localStorage');
  const key = `berth.emoji.${workspace.me}`;
  const cell = new Cell(parseHabits(area.getItem(key)));
  all.set(workspace, cell);
  const stop = cell.subscribe(() => {
    try {
      area.setItem(key, JSON.stringify(cell.value));
    } catch {
      // No room: they last as long as the page.
    }
  });
  workspace.join({
    forget: async () => {
      stop();
      area.removeItem(key);
    },
    close: stop,
  });
  return cell;
}

function parseHabits(saved: string | null): Habits {
  try {
    const { tone, recent } = JSON.parse(saved ?? '{}') as Partial<Record<keyof Habits, unknown>>;
    return {
      tone: [1, 2, 3, 4, 5].includes(tone as number) ? (tone as number) : 0,
      recent: Array.isArray(recent)
        ? recent.filter((one) => typeof one === 'string').slice(0, maxRecent)
        : [],
    };
  } catch {
    return { tone: 0, recent: [] };
  }
}
