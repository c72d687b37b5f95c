export interface Line {
  name: string;
  /** A custom property of the page's style, such as `--line-1`. */
  color: string;
  /** One value each slot; undefined where nothing was measured. */
  values: (number | undefined)[];
}

export interface Plot {
  title: string;
  /** What the numbers are, such as `ms`; empty: a count. */
  unit: string;
  /** Latencies of a thousandth and of a second are seen on a logarithmic scale only. */
  scale: 'linear' | 'log';
  lines: Line[];
  /** Said below the title. */
  note: string;
}

const size = { width: 640, height: 240, left: 52, right: 12, top: 12, bottom: 26 };
const inner = {
  width: size.width - size.left - size.right,
  height: size.height - size.top - size.bottom,
};

/** A figure with its legend; what the pointer is over is read from `data-*` by the page's script. */
export function renderPlot({ title, unit, scale, lines, note }: Plot, slotMs: number): string {
  const slots = Math.max(1, ...lines.map(({ values }) => values.length));
  const ticks = scale === 'log' ? logTicks(lines) : linearTicks(lines);
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const y = (value: number) => {
    const share =
      scale === 'log'
        ? Math.log(Math.max(value, low) / low) / Math.log(high / low)
        : (value - low) / (high - low);
    return round(size.top + inner.height * (1 - share));
  };
  const x = (slot: number) => round(size.left + (inner.width * (slot + 0.5)) / slots);
  const grid = ticks.map(
    (tick) =>
      `<line class="grid" x1="${size.left}" x2="${size.width - size.right}" y1="${y(tick)}" y2="${y(tick)}"/>` +
      `<text class="tick" x="${size.left - 6}" y="${y(tick) + 4}" text-anchor="end">${short(tick)}</text>`,
  );
  const times = timeTicks(slots * slotMs).map(
    (ms) =>
      `<text class="tick" x="${round(size.left + (inner.width * ms) / (slots * slotMs))}" y="${size.height - 8}" text-anchor="middle">${clock(ms)}</text>`,
  );
  const drawn = lines.map(({ color, values }) => drawLine(values, x, y, color));
  const shown = JSON.stringify({
    slotMs,
    unit,
    lines: lines.map(({ name, color, values }) => ({
      name,
      color,
      values: values.map((value) => value ?? null),
    })),
  });
  return `<figure class="plot">
<figcaption><strong>${escapeHtml(title)}</strong><span>${escapeHtml(note)}</span></figcaption>
<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeHtml(`${title}: ${note}`)}" data-left="${size.left}" data-width="${inner.width}" data-lines="${escapeHtml(shown)}">
${grid.join('')}${times.join('')}${drawn.join('')}
<line class="cursor" y1="${size.top}" y2="${size.top + inner.height}" hidden/>
</svg>
<p class="legend">${lines.map(({ name, color }) => `<span><i style="background:var(${color})"></i>${escapeHtml(name)} <b></b></span>`).join('')}<span class="at"></span></p>
</figure>`;
}

/** Where nothing was measured the line is interrupted; a value alone is a dot. */
function drawLine(
  values: (number | undefined)[],
  x: (slot: number) => number,
  y: (value: number) => number,
  color: string,
): string {
  const runs: [number, number][][] = [];
  let isOpen = false;
  values.forEach((value, slot) => {
    if (value === undefined) {
      isOpen = false;
      return;
    }
    if (!isOpen) runs.push([]);
    isOpen = true;
    runs.at(-1)!.push([x(slot), y(value)]);
  });
  return runs
    .map((points) =>
      points.length === 1
        ? `<circle cx="${points[0]![0]}" cy="${points[0]![1]}" r="2.5" style="fill:var(${color})"/>`
        : `<polyline points="${points.map((point) => point.join(',')).join(' ')}" style="stroke:var(${color})"/>`,
    )
    .join('');
}

const valuesOf = (lines: Line[]): number[] =>
  lines.flatMap(({ values }) => values.filter((value) => value !== undefined));

function linearTicks(lines: Line[]): number[] {
  const max = valuesOf(lines).reduce((most, value) => Math.max(most, value), 0);
  const rough = Math.max(1, max) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].find((factor) => factor * power >= rough)! * power);
  return Array.from({ length: Math.max(1, Math.ceil(max / step)) + 1 }, (_, index) => index * step);
}

/** Powers of ten around the values. */
function logTicks(lines: Line[]): number[] {
  const values = valuesOf(lines).filter((value) => value > 0);
  const least = values.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const most = values.reduce((high, value) => Math.max(high, value), 0);
  const first = values.length === 0 ? 0 : Math.floor(Math.log10(least));
  const last = Math.max(first + 1, values.length === 0 ? 1 : Math.ceil(Math.log10(most)));
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}

/** About six times, at whole steps. */
function timeTicks(ms: number): number[] {
  const steps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400].map(
    (s) => s * 1_000,
  );
  const step = steps.find((each) => ms / each <= 7) ?? ms / 6;
  return Array.from({ length: Math.floor(ms / step) + 1 }, (_, index) => index * step);
}

export function clock(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number: number) => String(number).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)} h` : `${minutes}:${two(rest)} min`;
}

const short = (value: number): string =>
  value >= 1_000_000
    ? `${round(value / 1e6)} M`
    : value >= 10_000
      ? `${round(value / 1e3)} k`
      : String(round(value));

const round = (value: number): number => Math.round(value * 100) / 100;

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (char) => entities[char]!);
