import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { z } from 'zod';
import { closeCodes, errorTable } from '../src/errors.ts';
import { requestSchemas } from '../src/frames.ts';
import { answerId, frameIds } from '../src/ids.ts';
import { limits } from '../src/limits.ts';

interface JsonSchema {
  type?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  default?: unknown;
}

/** The tables of docs/protocol.md by the name of their place in it, made from the code that enforces them. */
export function protocolTables(): Record<string, string> {
  const answers = typesOf('Answers');
  const pushes = typesOf('Pushes');
  const requests = Object.entries(requestSchemas).map(([name, schema]) => {
    const id = frameIds[name as keyof typeof frameIds];
    const fields = fieldsOf(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema);
    return `### ${id} \`${name}\` → ${answerId(id)}\n\n${fields}\n\nAnswer: \`${answers[name] ?? '{}'}\``;
  });
  const sent = Object.entries(pushes).map(([name, type]) => [
    frameIds[name as keyof typeof frameIds],
    `\`${name}\``,
    `\`${type}\``,
  ]);
  return {
    requests: requests.join('\n\n'),
    pushes: table(['id', 'push', 'body'], sent),
    errors: table(
      ['code', 'HTTP', 'again?', 'meaning'],
      Object.entries(errorTable).map(([code, { http, retry, meaning }]) => [
        `\`${code}\``,
        http,
        retry ? 'yes' : 'no',
        meaning,
      ]),
    ),
    closes: table(
      ['code', 'name', 'connect again?', 'meaning'],
      Object.entries(closeCodes).map(([name, { code, meaning }]) => [
        code,
        `\`${name}\``,
        code < 4400 ? 'yes' : 'no',
        meaning,
      ]),
    ),
    limits: table(
      ['limit', 'value'],
      Object.entries(limits).map(([name, value]) => [`\`${name}\``, value]),
    ),
  };
}

/** `text` with each `<!-- begin NAME -->…<!-- end NAME -->` filled with the table of that name. Throws when one has no place. */
export function fillTables(text: string, tables: Record<string, string>): string {
  for (const [name, content] of Object.entries(tables)) {
    const place = new RegExp(`(<!-- begin ${name} -->\n)[\\s\\S]*?(<!-- end ${name} -->)`);
    if (!place.test(text)) throw new Error(`no place for ${name}`);
    text = text.replace(place, (_, begin: string, end: string) => `${begin}\n${content}\n\n${end}`);
  }
  return text;
}

function table(head: string[], rows: unknown[][]): string {
  const line = (cells: unknown[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function fieldsOf(schema: JsonSchema): string {
  const required = new Set(schema.required);
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => [
    `\`${name}\``,
    describe(field),
    required.has(name)
      ? 'yes'
      : field.default === undefined
        ? 'no'
        : `no (\`${JSON.stringify(field.default)}\`)`,
  ]);
  return table(['field', 'takes', 'required'], rows);
}

function describe(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(' or ');
  if (schema.anyOf) return schema.anyOf.map(describe).join(' or ');
  if (schema.prefixItems) return `[${schema.prefixItems.map(describe).join(', ')}]`;
  if (schema.type === 'array')
    return `${bounds(schema.minItems, schema.maxItems)} × (${describe(schema.items ?? {})})`;
  if (schema.type === 'string') return `text${withBounds(schema.minLength, schema.maxLength, ' characters')}`;
  if (schema.type === 'integer' || schema.type === 'number')
    return `${schema.type}${withBounds(schema.minimum, schema.maximum, '')}`;
  if (schema.type === 'object') {
    return `{ ${Object.entries(schema.properties ?? {})
      .map(([name, field]) => `${name}: ${describe(field)}`)
      .join(', ')} }`;
  }
  return schema.type ?? 'anything';
}

const bounds = (min: number | undefined, max: number | undefined): string => `${min ?? 0}…${max ?? ''}`;
const withBounds = (min: number | undefined, max: number | undefined, unit: string): string =>
  min === undefined && max === undefined ? '' : ` ${bounds(min, max)}${unit}`;

/** Each member of an interface of answers.ts with its type as one line of source. */
function typesOf(name: string): Record<string, string> {
  const text = readFileSync(new URL('../src/answers.ts', import.meta.url), 'utf8');
  const file = ts.createSourceFile('answers.ts', text, ts.ScriptTarget.Latest, true);
  const found = file.statements.find(
    (node): node is ts.InterfaceDeclaration => ts.isInterfaceDeclaration(node) && node.name.text === name,
  );
  if (!found) throw new Error(`answers.ts has no ${name}`);
  const members = found.members.filter(ts.isPropertySignature).map((member) => {
    const type = ts
      .createPrinter({ removeComments: true })
      .printNode(ts.EmitHint.Unspecified, member.type!, file);
    return [
      member.name.getText(file),
      type.replace(/\s+/g, ' ').replace('Record<never, never>', '{}'),
    ] as const;
  });
  return Object.fromEntries(members);
}
