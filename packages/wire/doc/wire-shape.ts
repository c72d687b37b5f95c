import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { z } from 'zod';
import { requestSchemas } from '../src/frames.ts';
import { frameIds } from '../src/ids.ts';

/** Of a JSON Schema what decides whether a body is taken. */
interface Taken {
  type?: string;
  properties?: Record<string, Taken>;
  required?: string[];
  items?: Taken | boolean;
  prefixItems?: Taken[];
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
}

/** What two versions have to agree on: frames by name, what requests take, and what answers and pushes hold. */
export interface WireShape {
  frames: Record<string, number>;
  requests: Record<string, Taken>;
  /** `Interface.field` → its type as it is written, with `?` behind it when it may be missing. */
  answers: Record<string, string>;
}

export function wireShape(): WireShape {
  const requests = Object.entries(requestSchemas).map(([name, schema]) => [
    name,
    z.toJSONSchema(schema, { io: 'input' }),
  ]);
  return { frames: { ...frameIds }, requests: Object.fromEntries(requests), answers: answerFields() };
}

/** What a client of `before` would no longer be served with by `after`: one sentence each. */
export function brokenBy(before: WireShape, after: WireShape): string[] {
  const frames = Object.entries(before.frames).flatMap(([name, id]) =>
    after.frames[name] === id ? [] : [`frame ${name} was ${id} and is ${after.frames[name] ?? 'gone'}`],
  );
  const requests = Object.entries(before.requests).flatMap(([name, taken]) =>
    narrowed(name, taken, after.requests[name]),
  );
  const answers = Object.entries(before.answers).flatMap(([field, type]) =>
    after.answers[field] === type ? [] : [`${field} was ${type} and is ${after.answers[field] ?? 'gone'}`],
  );
  return [...frames, ...requests, ...answers];
}

function narrowed(path: string, before: Taken, after: Taken | undefined): string[] {
  if (after === undefined) return [`${path} is no longer taken`];
  if (before.type !== after.type) return [`${path} was ${before.type} and is ${after.type}`];
  const least = (['minimum', 'minLength', 'minItems'] as const).filter(
    (bound) => (after[bound] ?? Number.NEGATIVE_INFINITY) > (before[bound] ?? Number.NEGATIVE_INFINITY),
  );
  const most = (['maximum', 'maxLength', 'maxItems'] as const).filter(
    (bound) => (after[bound] ?? Number.POSITIVE_INFINITY) < (before[bound] ?? Number.POSITIVE_INFINITY),
  );
  const values = after.enum && (before.enum ?? ['anything']).filter((value) => !after.enum!.includes(value));
  const missing = (after.required ?? []).filter((field) => !before.required?.includes(field));
  return [
    ...[...least, ...most].map((bound) => `${path}: ${bound} was ${before[bound]} and is ${after[bound]}`),
    ...(values ?? []).map((value) => `${path} no longer takes ${JSON.stringify(value)}`),
    ...missing.map((field) => `${path}.${field} has to be there now`),
    ...Object.entries(before.properties ?? {}).flatMap(([field, taken]) =>
      narrowed(`${path}.${field}`, taken, after.properties?.[field]),
    ),
    ...(typeof before.items === 'object'
      ? narrowed(`${path}[]`, before.items, typeof after.items === 'object' ? after.items : undefined)
      : []),
    ...(before.prefixItems ?? []).flatMap((taken, at) =>
      narrowed(`${path}[${at}]`, taken, after.prefixItems?.[at]),
    ),
  ];
}

const answerFields = (): Record<string, string> => ({
  ...fieldsOf('answers.ts'),
  ...fieldsOf('group-answers.ts'),
  ...fieldsOf('message-parts.ts'),
});

function fieldsOf(name: string): Record<string, string> {
  const text = readFileSync(new URL(`../src/${name}`, import.meta.url), 'utf8');
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const printer = ts.createPrinter({ removeComments: true });
  const fields: Record<string, string> = {};
  const add = (path: string, members: ts.NodeArray<ts.TypeElement>) => {
    for (const member of members.filter(ts.isPropertySignature)) {
      const name = `${path}.${member.name.getText(file)}`;
      if (member.type && ts.isTypeLiteralNode(member.type)) add(name, member.type.members);
      else {
        const type = printer.printNode(ts.EmitHint.Unspecified, member.type!, file).replaceAll(/\s+/g, ' ');
        fields[name] = type + (member.questionToken ? '?' : '');
      }
    }
  };
  for (const node of file.statements.filter(ts.isInterfaceDeclaration)) add(node.name.text, node.members);
  return fields;
}
