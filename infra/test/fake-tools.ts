import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '../..');

/** Of all fakes of this process; they go with it, as some serve more than one test. */
const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** What a fake tool answers to arguments that begin so; the longest beginning wins. */
export type Answers = Record<string, { print?: string; fail?: string }>;

/** Settings of the one stack that the fake `pulumi` knows, with their prefix. */
export type FakeConfig = Record<string, { value: string; secret: boolean }>;

export interface FakeTools {
  /** For the environment of what is to find them. */
  path: string;
  /** Runs a command of infra/commands with only the fake tools and this node on the PATH. */
  run(script: string, args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Each call so far: the tool and its arguments. */
  calls(): string[];
  config(): FakeConfig;
  /** What came through the standard input of `docker login`. */
  dockerPassword(): string;
}

/**
 * Tools on a PATH of their own that write down how they are called: `pulumi` keeps settings as the real one does, from its
 * standard input; all of them print what `answers` says.
 */
export function createFakeTools(names: string[], answers: Answers = {}, config: FakeConfig = {}): FakeTools {
  const folder = mkdtempSync(join(tmpdir(), 'berth-tools-'));
  folders.push(folder);
  const bin = join(folder, 'bin');
  for (const part of ['bin', 'plain', 'secret']) mkdirSync(join(folder, part));
  for (const [key, { value, secret }] of Object.entries(config)) {
    writeFileSync(join(folder, secret ? 'secret' : 'plain', key), value);
  }
  for (const name of names) {
    const file = join(bin, name);
    writeFileSync(file, scriptOf(name, folder, { ...versions, ...answers }));
    chmodSync(file, 0o755);
  }
  const kept = (kind: 'plain' | 'secret') =>
    readdirSync(join(folder, kind)).map((key): [string, FakeConfig[string]] => [
      key,
      { value: readFileSync(join(folder, kind, key), 'utf8').replace(/\n$/, ''), secret: kind === 'secret' },
    ]);
  const read = (file: string) =>
    existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '';
  const path = names.includes('node') ? bin : `${bin}:${dirname(process.execPath)}`;
  return {
    path,
    run(command, args) {
      const child = spawn(process.execPath, [join(root, 'infra/commands', command), ...args], {
        cwd: root,
        env: { PATH: path },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const said = { stdout: '', stderr: '' };
      for (const stream of ['stdout', 'stderr'] as const) {
        child[stream].setEncoding('utf8').on('data', (chunk) => {
          said[stream] += chunk;
        });
      }
      return new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code) => resolve({ code, ...said }));
      });
    },
    calls: () => read('calls').split('\n').slice(0, -1),
    config: () => Object.fromEntries([...kept('plain'), ...kept('secret')]),
    dockerPassword: () => read('password').trim(),
  };
}

/** The body of one tool: a shell starts faster than node, and there are many calls. */
function scriptOf(name: string, folder: string, answers: Answers): string {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const cases = Object.entries(answers)
    .filter(([beginning]) => beginning.startsWith(`${name} `))
    .sort(([a], [b]) => b.length - a.length)
    .map(([beginning, { print, fail }]) =>
      fail === undefined
        ? `  ${quote(beginning)}*) printf '%s\\n' ${quote(print ?? '')}; exit 0 ;;`
        : `  ${quote(beginning)}*) printf '%s\\n' ${quote(fail)} >&2; exit 1 ;;`,
    );
  return `#!/bin/sh
cd ${quote(folder)}
printf '%s\\n' "${name} $*" >>calls
case "${name} $*" in
${cases.join('\n')}
  'pulumi config set '*' --secret'*) /bin/cat >"secret/$3" ;;
  'pulumi config set '*) /bin/cat >"plain/$3" ;;
  'pulumi config get '*) if [ -f "secret/$3" ]; then /bin/cat "secret/$3"; else /bin/cat "plain/$3"; fi ;;
  'pulumi config --json'*)
    printf '{"pulumi:disable-default-providers":{"value":"[]"}'
    for file in secret/*; do [ -f "$file" ] && printf ',"%s":{"secret":true}' "\${file#*/}"; done
    for file in plain/*; do [ -f "$file" ] && printf ',"%s":{"value":"%s"}' "\${file#*/}" "$(/bin/cat "$file")"; done
    printf '}' ;;
  'docker login '*) /bin/cat >password ;;
esac
exit 0
`;
}

const versions: Answers = {
  'pulumi version': { print: 'v3.268.0' },
  'pulumi whoami': { print: 'someone' },
  'docker version': { print: '29.0.1' },
  'docker buildx inspect': { print: 'Platforms: linux/amd64, linux/arm64' },
  'kind version': { print: 'kind v0.30.0 go1.24.6 linux/amd64' },
  'kubectl --kubeconfig': { print: '{"items":[]}' },
  'kubectl version': { print: 'Client Version: v1.35.0' },
  'helm version': { print: 'v4.1.0+g4553a0a' },
  'aws sts': { print: '{"Account":"123456789012"}' },
  'node --version': { print: process.version },
};
