import { readFileSync, writeFileSync } from 'node:fs';
import { renderTable, renderType, renderValuesYaml, replaceTable } from './render.ts';
import { readSchema } from './values-schema.ts';

const root = `${import.meta.dirname}/..`;

/** What follows from the charts' schemas: file (from the root of the repository) → content. */
export async function generate(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [chart, type] of [
    ['berth', 'BerthValues'],
    ['stores', 'StoresValues'],
  ] as const) {
    const schema = readSchema(chart);
    const readme = `charts/${chart}/README.md`;
    files.set(`charts/${chart}/values.yaml`, renderValuesYaml(schema));
    files.set(readme, replaceTable(readFileSync(`${root}/${readme}`, 'utf8'), renderTable(schema)));
    files.set(`infra/generated/${chart}-values.ts`, await renderType(schema, type));
  }
  return files;
}

if (import.meta.main) {
  for (const [file, content] of await generate()) writeFileSync(`${root}/${file}`, content);
}
