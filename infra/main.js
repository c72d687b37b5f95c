import { join } from 'node:path';

// The engine runs the `node` of the PATH. An old one cannot read TypeScript and would say so in a page of its own words,
// so this file, which every one can read, asks first.
if (Number(process.versions.node.split('.')[0]) < 24) {
  const { RunError } = (await import('@pulumi/pulumi')).default;
  throw new RunError(`Node ${process.versions.node} is too old: put Node 24 or later first on the PATH`);
}

// It is started anew for each preview and each update: what was compiled is kept between them. The engine may end it at any
// time, so it is not left until then.
const { enableCompileCache, flushCompileCache } = await import('node:module');
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/node'));

const program = await import('./index.ts');
flushCompileCache();

export default program;
