import { readFileSync } from 'node:fs';

/** The part of JSON Schema that the charts' `values.schema.json` use. */
export interface ValuesSchema {
  $ref?: string;
  type?: string | string[];
  enum?: string[];
  description?: string;
  default?: unknown;
  properties?: Record<string, ValuesSchema>;
  definitions?: Record<string, ValuesSchema>;
}

/** One value that may be set, `path` with dots. */
export interface Value {
  path: string;
  type: string;
  default: unknown;
  description: string;
}

export function readSchema(chart: string): ValuesSchema {
  return JSON.parse(readFileSync(`${import.meta.dirname}/${chart}/values.schema.json`, 'utf8'));
}

/** Every value of the schema in its order. Throws when one has no description or no default. */
export function listValues(schema: ValuesSchema, prefix = '', root = schema): Value[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = prefix + name;
    if (property.description === undefined) throw new Error(`${path}: no description`);
    if (property.properties !== undefined) return listValues(property, `${path}.`, root);
    if (property.default === undefined) throw new Error(`${path}: no default`);
    return [
      { path, type: typeOf(property, root), default: property.default, description: property.description },
    ];
  });
}

function typeOf(schema: ValuesSchema, root: ValuesSchema): string {
  if (schema.enum !== undefined) return 'string';
  const type = schema.$ref ? root.definitions?.[schema.$ref.split('/').at(-1)!]?.type : schema.type;
  return [type].flat().join(' or ');
}
