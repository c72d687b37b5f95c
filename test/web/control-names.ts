import type { Page } from 'playwright-core';

interface AxValue {
  value?: unknown;
}

interface AxNode {
  nodeId: string;
  parentId?: string;
  ignored: boolean;
  role?: AxValue;
  name?: AxValue;
}

/** What is pressed, chosen or written in. */
const controls = new Set(
  'button link textbox searchbox combobox menuitem menuitemcheckbox menuitemradio checkbox radio switch tab option gridcell slider spinbutton listbox'.split(
    ' ',
  ),
);

/** What holds controls together: in one of these a name stands for one of them. */
const bars = new Set(
  'toolbar menu menubar group radiogroup tablist listbox navigation banner contentinfo listitem article row gridcell dialog alertdialog region main form search RootWebArea'.split(
    ' ',
  ),
);

/** What the browser makes of some controls itself, in its own language. */
const inner = new Set(['Date', 'DateTime', 'InputTime', 'combobox', 'listbox']);

/** Every control that whoever hears the page is told of: its role and name, and the bar that it stands in. */
async function controlsOf(page: Page): Promise<{ role: string; name: string; bar: string }[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send('Accessibility.getFullAXTree')) as { nodes: AxNode[] };
  await session.detach();
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const roleOf = ({ role }: AxNode): string => String(role?.value ?? '');
  const above = function* (node: AxNode) {
    for (let up = byId.get(node.parentId ?? ''); up; up = byId.get(up.parentId ?? '')) yield up;
  };
  return nodes
    .filter((node) => !node.ignored && controls.has(roleOf(node)))
    .filter((node) => roleOf(node) === 'option' || ![...above(node)].some((up) => inner.has(roleOf(up))))
    .map((node) => {
      const bar = [...above(node)].find((up) => bars.has(roleOf(up)));
      const within = bar ? `${roleOf(bar)} “${String(bar.name?.value ?? '')}” ${bar.nodeId}` : '';
      return { role: roleOf(node), name: String(node.name?.value ?? '').trim(), bar: within };
    });
}

/** A text of ours in place of which its name is shown. */
const isKey = (name: string): boolean => /^[a-z][A-Za-z]*(\.[A-Za-z]+)+$/.test(name);

/**
 * What is wrong with how controls are called: nothing, a sign alone, the name of a text, words of another language
 * (`isForeign`), or as another one beside it.
 */
export async function misnamed(page: Page, isForeign: (name: string) => boolean): Promise<string[]> {
  const all = await controlsOf(page);
  const faults = all.flatMap(({ role, name, bar }) => {
    const what = `${role} “${name}” in ${bar}`;
    if (name === '') return [`${what}: no name`];
    if (!/[\p{L}\p{N}]/u.test(name)) return [`${what}: a sign alone`];
    if (isKey(name)) return [`${what}: the name of a text`];
    return isForeign(name) ? [`${what}: another language`] : [];
  });
  const seen = new Set<string>();
  for (const { role, name, bar } of all) {
    const what = `${role} “${name}” in ${bar}`;
    if (seen.has(what)) faults.push(`${what}: twice`);
    seen.add(what);
  }
  return faults;
}
