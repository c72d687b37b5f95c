import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { parseKubeconfig } from '../kubeconfig.ts';
import { requireTools } from '../preflight.ts';
import type { StackName } from './generated-secrets.ts';
import { describeMade, initStack } from './init-stack.ts';
import { PulumiStack } from './pulumi-stack.ts';
import { report } from './report.ts';
import { rotations } from './rotate.ts';

const usage = `npm run stack -- init kind|aws [--kubeconfig FILE]
    selects the stack, or creates it, and makes the secrets that are missing
npm run stack -- rotate kind|aws certificates|sessions
    renews the services' certificates, or the key that signs sessions; pulumi up brings it to the cluster`;

await report('stack', async () => {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: { kubeconfig: { type: 'string' } },
  });
  const [action, name, what] = positionals;
  if ((name !== 'kind' && name !== 'aws') || (action !== 'init' && action !== 'rotate'))
    throw new Error(usage);
  await (action === 'init' ? init(name, values.kubeconfig) : rotate(name, what));
});

async function init(name: StackName, file: string | undefined): Promise<void> {
  const kubeconfig = file === undefined ? undefined : readKubeconfig(file);
  await requireTools(['node', 'pulumi']);
  const stack = new PulumiStack(name);
  await stack.select();
  const initialised = await initStack(stack, kubeconfig);
  console.log(describeMade(stack, initialised));
  const { open } = initialised;
  if (open.length > 0) console.log(`Still to be set:\n  ${open.join('\n  ')}`);
}

function readKubeconfig(file: string): string {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`--kubeconfig ${file} cannot be read: ${(error as Error).message}`);
  }
  parseKubeconfig(content);
  return content;
}

async function rotate(name: StackName, what: string | undefined): Promise<void> {
  if (what !== 'certificates' && what !== 'sessions') throw new Error(usage);
  await requireTools(['node', 'pulumi']);
  const stack = new PulumiStack(name);
  await stack.select();
  console.log(await rotations[what](stack));
}
