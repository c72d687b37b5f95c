import type { JsonSchema, OpenApi, Operation } from './openapi.ts';

/** The OpenAPI document as a page: plain HTML and one style sheet, so that the strictest policy has nothing to refuse. */
export function renderApiPage(document: OpenApi): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const sections = document.tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(name));
    const articles = own.map(({ path, method, operation }) => renderOperation(method, path, operation));
    return `<section><h2 id="${escapeHtml(name)}">${escapeHtml(description)}</h2>${articles.join('')}</section>`;
  });
  const links = operations.map(
    ({ path, method, operation }) =>
      `<li><a href="#${escapeHtml(operation.operationId)}"><b>${method.toUpperCase()}</b> ${escapeHtml(path)}</a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(document.info.title)}</title>
<link rel="stylesheet" href="docs/api-page.css">
</head>
<body>
<header><h1>${escapeHtml(document.info.title)}</h1><p>${prose(document.info.description)}</p>
<p>The same for programs: <a href="openapi.json">openapi.json</a></p></header>
<nav aria-label="Requests"><ul>${links.join('')}</ul></nav>
<main>${sections.join('')}</main>
</body>
</html>
`;
}

function renderOperation(method: string, path: string, operation: Operation): string {
  const body = operation.requestBody?.content['application/json'].schema;
  const responses = Object.entries(operation.responses).map(([status, { description, content }]) => {
    const schema = content?.['application/json'].schema;
    const fields = schema && !('$ref' in schema) ? renderFields(schema) : '';
    return `<dt>${status}</dt><dd>${prose(description)}${fields}</dd>`;
  });
  return `<article id="${escapeHtml(operation.operationId)}">
<h3><code class="${method}">${method.toUpperCase()}</code> <code>${escapeHtml(path)}</code></h3>
<p><strong>${escapeHtml(operation.summary)}.</strong> ${prose(operation.description ?? '')}${operation.security ? ' Needs a session token: <code>Authorization: Bearer …</code>' : ''}</p>
${body ? `<h4>Body${operation.requestBody?.required ? '' : ' (may be left out)'}</h4>${renderFields(body)}` : ''}
<h4>Answers</h4><dl>${responses.join('')}</dl>
</article>`;
}

function renderFields(schema: JsonSchema): string {
  const rows = rowsOf(schema, '').map(
    ({ name, type, isRequired, note }) =>
      `<tr><th scope="row"><code>${escapeHtml(name)}</code></th><td>${escapeHtml(type)}</td><td>${isRequired ? 'yes' : 'no'}</td><td>${prose(note)}</td></tr>`,
  );
  return `<table><thead><tr><th scope="col">field</th><th scope="col">type</th><th scope="col">always there</th><th scope="col">limits</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

interface FieldRow {
  name: string;
  type: string;
  isRequired: boolean;
  note: string;
}

/** The fields of an object, nested ones as `outer.inner` and `list[].inner`. */
function rowsOf(schema: JsonSchema, prefix: string): FieldRow[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    if (typeof property === 'boolean') return [];
    const name = prefix + key;
    const items = property.items as JsonSchema | undefined;
    const row = {
      name,
      type: items ? `list of ${items.type}` : String(property.type),
      isRequired: schema.required?.includes(key) ?? false,
      note: noteOf(property),
    };
    return [row, ...rowsOf(property, `${name}.`), ...(items ? rowsOf(items, `${name}[].`) : [])];
  });
}

function noteOf(schema: JsonSchema): string {
  const { minLength, maxLength, maxItems, format, pattern, default: fallback } = schema;
  return [
    schema.description,
    schema.enum?.map((value) => `\`${value}\``).join(' or '),
    format && format !== 'email' ? format : undefined,
    format === 'email' ? 'e-mail address' : pattern && `\`${pattern}\``,
    minLength !== undefined && maxLength !== undefined
      ? `${minLength} to ${maxLength} characters`
      : maxLength !== undefined && `at most ${maxLength} characters`,
    maxItems !== undefined && `at most ${maxItems} items`,
    fallback !== undefined && typeof fallback !== 'object' && `default \`${fallback}\``,
  ]
    .filter((part) => typeof part === 'string' && part !== '')
    .join('; ');
}

/** Text in which backticks mark code. */
const prose = (text: string): string =>
  escapeHtml(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll('\n\n', '<br>');

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
