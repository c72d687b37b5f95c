export interface Bar {
  name: string;
  value: number;
  /** What is written behind it. */
  label: string;
  /** The one that the others are compared with. */
  isOwn: boolean;
}

const width = 760;
const nameWidth = 300;
const labelWidth = 110;
const rowHeight = 26;
const top = 44;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Bars on a logarithmic scale, since the field spans orders of magnitude: an SVG that stands on light and dark pages. */
export function renderPlot(title: string, bars: Bar[]): string {
  const sorted = bars.toSorted((one, other) => one.value - other.value);
  const least = Math.min(...sorted.map(({ value }) => value)) / 2;
  const most = Math.max(...sorted.map(({ value }) => value));
  const room = width - nameWidth - labelWidth;
  const lengthOf = (value: number) => Math.max(2, (room * Math.log(value / least)) / Math.log(most / least));
  const height = top + sorted.length * rowHeight + 10;
  const rows = sorted.map(({ name, value, label, isOwn }, index) => {
    const y = top + index * rowHeight;
    const end = nameWidth + lengthOf(value);
    return [
      `<text x="${nameWidth - 8}" y="${y + 16}" text-anchor="end"${isOwn ? ' font-weight="bold"' : ''}>${escaped(name)}</text>`,
      `<rect x="${nameWidth}" y="${y + 3}" width="${lengthOf(value).toFixed(1)}" height="${rowHeight - 8}" fill="${isOwn ? '#0b6e99' : '#9aa7b0'}"/>`,
      `<text x="${(end + 6).toFixed(1)}" y="${y + 16}">${escaped(label)}</text>`,
    ].join('\n');
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="13" role="img" aria-label="${escaped(title)}">
<rect width="${width}" height="${height}" fill="#ffffff"/>
<text x="8" y="24" font-size="15" font-weight="bold">${escaped(title)} (less is better, logarithmic)</text>
${rows.join('\n')}
</svg>
`;
}
