import styles from './fleet.module.css';

const width = 240;
const height = 40;

/** A node's sessions over time as a line, between nothing and its capacity or the most that it had. */
export function Sparkline({
  numbers,
  top,
  label,
}: {
  numbers: (number | null)[];
  top: number;
  label: string;
}) {
  const most = Math.max(top, 1, ...numbers.map((number) => number ?? 0));
  const step = numbers.length > 1 ? width / (numbers.length - 1) : width;
  const y = (number: number) => (height - 2 - (number / most) * (height - 4)).toFixed(1);
  return (
    <svg
      className={styles.spark}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {runsOf(numbers).map((run) => (
        <polyline
          key={run.from}
          points={run.numbers
            .map((number, index) => `${((run.from + index) * step).toFixed(1)},${y(number)}`)
            .join(' ')}
        />
      ))}
    </svg>
  );
}

/** The stretches in which it was there. */
function runsOf(numbers: (number | null)[]): { from: number; numbers: number[] }[] {
  const runs: { from: number; numbers: number[] }[] = [];
  for (const [index, number] of numbers.entries()) {
    if (number === null) continue;
    const last = runs.at(-1);
    if (last && last.from + last.numbers.length === index) last.numbers.push(number);
    else runs.push({ from: index, numbers: [number] });
  }
  return runs;
}
