import { join, resolve } from 'node:path';
import process from 'node:process';
import { ArgumentError, type ImageApp, parseImagesRequest, usage } from './arguments.ts';
import { findBuilder } from './builder.ts';
import { addWebClient, bundleApp } from './bundle.ts';
import { installMailCatcher } from './mail.ts';
import { installNative } from './native.ts';

const root = resolve(import.meta.dirname, '..');
const context = join(root, 'dist/images');

async function fill(app: ImageApp): Promise<void> {
  const folder = join(context, app);
  if (app === 'mail') return installMailCatcher(folder);
  await bundleApp(app, folder);
  if (app === 'gate') addWebClient(folder);
  if (app === 'files') installNative(folder);
}

try {
  const request = parseImagesRequest(process.argv.slice(2));
  const builder = findBuilder(request);
  for (const app of request.apps) {
    await fill(app);
    await builder.build(app, context);
    console.log(`images: ${request.repository}/${app}:${request.tag}`);
  }
} catch (error) {
  console.error(`images: ${(error as Error).message}`);
  if (error instanceof ArgumentError && process.argv.length <= 2) console.error(`\n${usage}`);
  process.exitCode = 1;
}
