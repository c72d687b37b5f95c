/** Style and script of the report: nothing is fetched, so that it can be mailed and kept. */
export const style = `
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#16202c;--soft:#5a6878;--rule:#dfe4ea;
--line-1:#1f6feb;--line-2:#b76e00;--line-3:#c2255c;--good:#1a7f37;--bad:#c2255c;--warn:#9a6700}
@media(prefers-color-scheme:dark){:root{--page:#10151c;--card:#18202a;--ink:#e6ebf1;--soft:#9aa8b7;--rule:#2b3643;
--line-1:#6cb0ff;--line-2:#f0b040;--line-3:#ff7ba7;--good:#4ac26b;--bad:#ff7ba7;--warn:#e3b341}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1180px;margin:0 auto;padding:28px 20px 60px}
header{display:flex;flex-wrap:wrap;gap:8px 16px;align-items:center}
h1{font-size:24px;margin:0}
h2{font-size:17px;margin:32px 0 10px}
.verdict{padding:2px 12px;border-radius:999px;font-weight:600;color:var(--card)}
.passed{background:var(--good)}.failed{background:var(--bad)}.interrupted{background:var(--warn)}
.facts{color:var(--soft);margin:6px 0 20px;overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;padding:0;margin:0;list-style:none}
.tiles li,.plot,table{background:var(--card);border:1px solid var(--rule);border-radius:10px}
.tiles li{padding:12px 16px}
.tiles b{display:block;font-size:26px;line-height:1.25;font-variant-numeric:tabular-nums}
.tiles span{color:var(--soft);font-size:13px}
.good b{color:var(--good)}.bad b{color:var(--bad)}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,500px),1fr));gap:14px}
.plot{margin:0;padding:14px 16px 10px;min-width:0}
.plot figcaption span{display:block;color:var(--soft);font-size:13px}
.plot svg{display:block;width:100%;height:auto;margin-top:6px;overflow:visible}
.plot polyline{fill:none;stroke-width:1.8;stroke-linejoin:round}
.cursor[hidden]{display:none}
.grid{stroke:var(--rule)}.cursor{stroke:var(--soft);stroke-dasharray:3 3}
.tick{fill:var(--soft);font-size:11px;font-variant-numeric:tabular-nums}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;margin:4px 0 0;font-size:13px;color:var(--soft);font-variant-numeric:tabular-nums}
.legend i{display:inline-block;width:14px;height:3px;border-radius:2px;vertical-align:middle;margin-right:6px}
.legend b{color:var(--ink)}.legend .at{margin-left:auto}
.scroll{overflow-x:auto}
table{border-collapse:separate;border-spacing:0;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:6px 14px;border-bottom:1px solid var(--rule);white-space:nowrap}
tr:last-child td{border-bottom:0}
th{color:var(--soft);font-weight:500;font-size:13px}
td.number,th.number{text-align:right}
td.met{color:var(--good)}td.missed{color:var(--bad);font-weight:600}td.unmeasured{color:var(--soft)}
code{font:13px ui-monospace,monospace}
.log td{white-space:normal;overflow-wrap:anywhere}
`;

/** Reads values under the pointer into the legend. */
export const script = `
for (const svg of document.querySelectorAll('.plot svg')) {
  const { slotMs, unit, lines } = JSON.parse(svg.dataset.lines);
  const [left, width] = [Number(svg.dataset.left), Number(svg.dataset.width)];
  const slots = Math.max(1, ...lines.map(({ values }) => values.length));
  const figure = svg.closest('figure');
  const cursor = svg.querySelector('.cursor');
  const shown = figure.querySelectorAll('.legend b');
  const at = figure.querySelector('.at');
  const show = (value) => value === null || value === undefined ? '–' :
    (value >= 100 ? Math.round(value) : Math.round(value * 10) / 10) + (unit && (unit[0] === '/' ? unit : ' ' + unit));
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
    const slot = Math.min(slots - 1, Math.max(0, Math.floor((x - left) * slots / width)));
    const mid = left + (slot + 0.5) * width / slots;
    cursor.setAttribute('x1', mid);
    cursor.setAttribute('x2', mid);
    cursor.removeAttribute('hidden');
    shown.forEach((place, index) => { place.textContent = show(lines[index].values[slot]); });
    at.textContent = 'at ' + slot * slotMs / 1000 + ' s';
  });
  svg.addEventListener('pointerleave', () => {
    cursor.setAttribute('hidden', '');
    shown.forEach((place) => { place.textContent = ''; });
    at.textContent = '';
  });
}
`;
