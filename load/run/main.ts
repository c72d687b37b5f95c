import process from 'node:process';
import { parseRunRequest, usage } from './arguments.ts';
import { findK6 } from './find-k6.ts';
import { InputError } from './input-error.ts';
import { root, runLoad } from './run-load.ts';

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interruption.abort());

try {
  const request = parseRunRequest(process.argv.slice(2));
  if (request === 'help') console.log(usage);
  else if (request === 'which') console.log((await findK6(root, process.env, console.error)).name);
  else process.exitCode = await runLoad(request, interruption.signal);
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  console.error(`load: ${error.message}`);
  process.exitCode = 2;
}
