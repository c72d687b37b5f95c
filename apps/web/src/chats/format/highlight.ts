import { common, createLowlight } from 'lowlight';

export type Colour = 'keyword' | 'string' | 'number' | 'title' | 'attribute' | 'comment';

/** A part of code that has one colour; without one that of the text. */
export interface Coloured {
  text: string;
  colour?: Colour | undefined;
}

interface Node {
  type: string;
  value?: string;
  properties?: { className?: unknown };
  children?: readonly Node[];
}

const lowlight = createLowlight(common);

/** By what highlight.js calls it, without its prefix. */
const colours: Readonly<Record<string, Colour>> = {
  ...{ keyword: 'keyword', built_in: 'keyword', type: 'keyword', literal: 'keyword', operator: 'keyword' },
  ...{ string: 'string', regexp: 'string', char: 'string', addition: 'string', link: 'string' },
  ...{ number: 'number', symbol: 'number', bullet: 'number', deletion: 'number' },
  ...{ title: 'title', section: 'title', name: 'title', selector: 'title', function: 'title' },
  ...{
    attr: 'attribute',
    attribute: 'attribute',
    variable: 'attribute',
    property: 'attribute',
    params: 'attribute',
  },
  ...{ meta: 'attribute', 'selector-class': 'title', 'selector-tag': 'title', 'selector-id': 'title' },
  ...{ comment: 'comment', quote: 'comment', doctag: 'comment' },
};

/** The parts of code by their colours; undefined of a language that is not known. */
export function highlight(language: string, code: string): readonly Coloured[] | undefined {
  if (!lowlight.registered(language)) return undefined;
  const parts: Coloured[] = [];
  const add = (node: Node, colour: Colour | undefined): void => {
    if (node.type === 'text') parts.push({ text: node.value ?? '', colour });
    const own = colourOf(node) ?? colour;
    for (const child of node.children ?? []) add(child, own);
  };
  add(lowlight.highlight(language, code) as Node, undefined);
  return parts;
}

function colourOf({ properties }: Node): Colour | undefined {
  const names = Array.isArray(properties?.className) ? (properties.className as string[]) : [];
  return names.map((name) => colours[name.replace(/^hljs-|_$/g, '')]).find(Boolean);
}
