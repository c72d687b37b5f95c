import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { stringify } from 'yaml';
import { listValues, type ValuesSchema } from './values-schema.ts';

const generated = 'Generated from values.schema.json by `npm run generate`.';

/** `values.yaml`: every value at its default, its description above it. */
export function renderValuesYaml(schema: ValuesSchema): string {
  return [`# ${generated}`, ...yamlLines(schema, ''), ''].join('\n');
}

function yamlLines(schema: ValuesSchema, indent: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const comment = wrap(property.description ?? '', 108 - indent.length).map((line) => `${indent}# ${line}`);
    const lines =
      property.properties === undefined
        ? stringify({ [name]: property.default }, { lineWidth: 0 })
            .trimEnd()
            .split('\n')
            .map((line) => indent + line)
        : [`${indent}${name}:`, ...yamlLines(property, `${indent}  `)];
    return indent === '' ? ['', ...comment, ...lines] : [...comment, ...lines];
  });
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1)!;
    if (line !== '' && line.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

/** The README's table of values. */
export function renderTable(schema: ValuesSchema): string {
  const rows = listValues(schema).map(
    ({ path, type, default: value, description }) =>
      `| \`${path}\` | ${type} | \`${JSON.stringify(value)}\` | ${description.replaceAll('|', '\\|')} |`,
  );
  return ['| value | type | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Replaces what stands between the markers of the README. Throws when they are missing. */
export function replaceTable(readme: string, table: string): string {
  const markers = /(<!-- values -->\n)[\s\S]*(<!-- \/values -->)/;
  if (!markers.test(readme)) throw new Error('the README has no <!-- values --> and <!-- /values -->');
  return readme.replace(markers, (_, start: string, end: string) => `${start}\n${table}\n\n${end}`);
}

/** The TypeScript type of the values, all of them optional as in Helm. */
export function renderType(schema: ValuesSchema, name: string): Promise<string> {
  return compile(withNamedTypes(schema) as JSONSchema, name, {
    bannerComment: `/** ${generated} */`,
    additionalProperties: false,
    unreachableDefinitions: true,
    style: { singleQuote: true, printWidth: 110 },
  });
}

/** Says each definition once, by name; beside a `$ref` the compiler would else make a copy for its description. */
function withNamedTypes<T>(schema: T): T {
  return JSON.parse(JSON.stringify(schema), (_, value) => {
    if (typeof value?.$ref !== 'string') return value;
    const { $ref, ...rest } = value;
    const type: string = $ref.split('/').at(-1);
    return { ...rest, tsType: type[0]!.toUpperCase() + type.slice(1) };
  });
}
