import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip as gzipCallback } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const brotli = promisify(brotliCompress);
const gzip = promisify(gzipCallback);

/** Files below this are sent as they are. */
const minCompressedBytes = 1_024;

/** A step on the folder of what was built, only after a build that has not failed. */
function afterBuild(name: string, run: (outDir: string) => void | Promise<void>): Plugin {
  let outDir = '';
  return {
    name,
    apply: 'build',
    configResolved(config) {
      outDir = resolve(config.root, config.build.outDir);
    },
    writeBundle: { sequential: true, handler: () => run(outDir) },
  };
}

/**
 * Tells the service worker which files belong to this build. The page among them has a copy that is named after its
 * content, as they are: what is asked for at `/` may be another build's.
 */
function fillServiceWorker(outDir: string): void {
  const files = readdirSync(outDir, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(js|css|svg|webmanifest)$/.test(name) && name !== 'sw.js')
    .map((name) => name.replaceAll(sep, '/'))
    .sort();
  const page = readFileSync(resolve(outDir, 'index.html'));
  const build = createHash('sha256').update(files.join()).update(page).digest('hex').slice(0, 12);
  const pageCopy = `assets/page-${build}.html`;
  writeFileSync(resolve(outDir, pageCopy), page);
  const worker = resolve(outDir, 'sw.js');
  const text = readFileSync(worker, 'utf8')
    .replace("['__FILES__']", JSON.stringify(files))
    .replace('__PAGE__', pageCopy)
    .replace('__BUILD__', build);
  writeFileSync(worker, text);
}

/**
 * Writes `.br` and `.gz` beside every text file of the build, so that gate compresses nothing itself: what is below `assets/` it
 * shares compressed, however small. On as many cores as there are: a first start waits for it.
 */
async function precompress(outDir: string): Promise<void> {
  const write = async (file: string, content: Promise<Buffer>) => writeFileSync(file, await content);
  const written: Promise<void>[] = [];
  for (const name of readdirSync(outDir, { recursive: true, encoding: 'utf8' })) {
    const file = resolve(outDir, name);
    if (!/\.(js|css|html|svg|webmanifest)$/.test(name)) continue;
    const isSmall = statSync(file).size < minCompressedBytes;
    if (isSmall && !name.startsWith('assets')) continue;
    const content = readFileSync(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    written.push(write(`${file}.br`, brotli(content, { params })));
    if (!isSmall) written.push(write(`${file}.gz`, gzip(content, { level: constants.Z_BEST_COMPRESSION })));
  }
  await Promise.all(written);
}

interface EmojiData {
  label: string;
  tags?: string[];
  hexcode: string;
  unicode: string;
  group?: number;
  skins?: { unicode: string }[];
}

/** Of the emoji's data what `chats/emoji.ts` takes: what each skin tone is called, and more, is a third of it. */
const trimEmojis: Plugin = {
  name: 'trim-emojis',
  enforce: 'pre',
  transform: {
    filter: { id: /emojibase-data\/\w+\/compact\.json$/ },
    handler: (code) => ({
      code: JSON.stringify(
        (JSON.parse(code) as EmojiData[]).map(({ hexcode, unicode, label, tags, group, skins }) => ({
          ...{ hexcode, unicode, label, tags, group },
          skins: skins?.map((skin) => ({ unicode: skin.unicode })),
        })),
      ),
      map: null,
    }),
  },
};

export default defineConfig({
  // Relative, so that one build works below any path.
  base: './',
  plugins: [
    trimEmojis,
    afterBuild('fill-service-worker', fillServiceWorker),
    afterBuild('precompress', precompress),
  ],
  build: {
    target: 'es2023',
    // Nothing inline: the Content-Security-Policy takes files of our own alone.
    assetsInlineLimit: 0,
    // One style sheet, 10 KB of it compressed: no part can come without its own, nor shift what is there when they come.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    sourcemap: false,
    // Libraries say 'use client' to servers that we do not have.
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What every page needs is few files: each on its own would compress worse.
          groups: [
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler|use-sync-external-store)\// },
            // What stands above the page is not among it: it takes the larger part of the library along.
            {
              name: 'common',
              test: /apps\/web\/src\/(design\/(?!dialog|field)|state\/|shell\/)/,
              minShareCount: 4,
            },
            // Some hundred bytes each; a request for one costs more than all of them.
            { name: 'icons', test: /node_modules\/lucide-react\//, minShareCount: 2 },
          ],
        },
      },
      onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
    },
  },
  // `npm start` in development. The host stays the page's, which gate takes for its own origin.
  server: { proxy: { '/v1': { target: 'http://127.0.0.1:8080', changeOrigin: false } } },
});
