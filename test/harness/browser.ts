import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, cpSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { after, afterEach, before, beforeEach, type TestContext } from 'node:test';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type LaunchOptions,
  type Page,
} from 'playwright-core';

const root = join(import.meta.dirname, '../..');
const webApp = join(root, 'apps/web');

/** Set by `npm test`, which makes one copy for all test files. */
const given = process.env.BERTH_TEST_WEB_ROOT;

/** A copy of the built web client, for gate's `WEB_ROOT`: another build must not change it in mid-test. */
export const webRoot = given ?? join(tmpdir(), `berth-web-${process.pid}`);
if (given === undefined) process.once('exit', () => rmSync(webRoot, { recursive: true, force: true }));

/** What the browser tests need and this machine lacks, as Debian calls it. */
export function missingBrowserPackages(): string[] {
  const fonts = execQuietly('fc-list', [':', 'family']);
  const has = (family: RegExp, debianFile: string) =>
    family.test(fonts) || existsSync(`/usr/share/fonts/${debianFile}`);
  return [
    ...(findChromium() ? [] : ['chromium']),
    ...(has(/Noto (Sans|Serif) CJK/, 'opentype/noto/NotoSansCJK-Regular.ttc') ? [] : ['fonts-noto-cjk']),
    ...(has(/Noto Color Emoji/, 'truetype/noto/NotoColorEmoji.ttf') ? [] : ['fonts-noto-color-emoji']),
  ];
}

/** Builds the web client when a source is newer than its build, and copies it to `webRoot`; nothing where that was given. */
export function buildWebClient(): void {
  if (given !== undefined) return;
  const dist = join(webApp, 'dist');
  const built = join(dist, 'index.html');
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : 0;
  const sources = [webApp, join(root, 'packages/client'), join(root, 'packages/wire')];
  if (sources.some((folder) => newest(folder) > builtAt)) {
    const build = spawnSync(process.execPath, ['--run', 'build'], { cwd: webApp, encoding: 'utf8' });
    if (build.status !== 0)
      throw new Error(`the web client cannot be built:\n${build.stdout}${build.stderr}`);
  }
  cpSync(dist, webRoot, { recursive: true, preserveTimestamps: true });
}

/** A page, and what went wrong on it: errors, refusals of the Content-Security-Policy, requests to elsewhere. */
export interface WatchedPage {
  page: Page;
  context: BrowserContext;
  complaints: string[];
}

export interface TestBrowser {
  /** A page of a browser of its own, with nothing stored. Closed at the end of the test that opened it. */
  open(url: string, options?: BrowserContextOptions): Promise<WatchedPage>;
}

/** A Chromium for the tests of one file, and the web client built. `args`: further ones of Chromium. */
export function useBrowser(args: readonly string[] = []): TestBrowser {
  let browser: Browser | undefined;
  /** The test that is running, whatever parts it has. */
  let current: string | undefined;
  let contexts: BrowserContext[] = [];
  before(async () => {
    buildWebClient();
    browser = await launchBrowser(args);
  });
  beforeEach((test) => {
    current ??= (test as TestContext).fullName;
  });
  // Pages go on working when nobody looks at them.
  afterEach(async (test) => {
    if ((test as TestContext).fullName !== current) return;
    current = undefined;
    const done = contexts;
    contexts = [];
    if (!(test as { passed?: boolean }).passed)
      for (const page of done.flatMap((context) => context.pages()))
        (test as TestContext).diagnostic(await describePage(page));
    await Promise.all(done.map((context) => context.close().catch(() => {})));
  });
  after(async () => {
    await browser?.close();
  });
  return {
    open: async (url, options) => {
      const opened = await openPage(browser!, url, options);
      contexts.push(opened.context);
      return opened;
    },
  };
}

/** Where it is and what it shows, shortly. */
async function describePage(page: Page): Promise<string> {
  const shown = await page
    .locator('body')
    .innerText({ timeout: 2_000 })
    .catch((error: Error) => error.message);
  return `${page.url()} shows: ${shown.replace(/\s+/g, ' ').slice(0, 600)}`;
}

export async function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  const missing = missingBrowserPackages();
  if (missing.length > 0) {
    throw new Error(
      `missing on this machine: ${missing.join(', ')}; npm test installs them on Debian as root`,
    );
  }
  const launch = (chromiumSandbox: boolean) => chromium.launch({ ...browserOptions(args), chromiumSandbox });
  // Root has none; and not every container lets others have one.
  if (process.getuid?.() === 0) return launch(false);
  return launch(true).catch((error: Error) => {
    if (!/sandbox/i.test(error.message)) throw error;
    return launch(false);
  });
}

function browserOptions(args: readonly string[]): LaunchOptions {
  return {
    executablePath: findChromium()!,
    args: [
      '--headless',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  };
}

export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    locale: 'en-US',
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  // On a busy machine a page with all its parts takes its time.
  page.setDefaultTimeout(45_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (/Content.Security.Policy|Refused to/i.test(message.text())) complaints.push(message.text());
  });
  const { hostname } = new URL(url);
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (!['data:', 'blob:'].includes(asked.protocol) && asked.hostname !== hostname) {
      complaints.push(`request to ${asked.host}`);
    }
  });
  await page.goto(url);
  return { page, context, complaints };
}

function findChromium(): string | undefined {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']) {
    for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

function execQuietly(command: string, args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}

function newest(folder: string): number {
  let time = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (
      ['node_modules', 'dist'].includes(entry.name) ||
      entry.name.startsWith('.') ||
      /\.test\.tsx?$/.test(entry.name)
    )
      continue;
    const path = join(folder, entry.name);
    time = Math.max(time, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return time;
}
