import process from 'node:process';
import { BerthError } from '@berth/client';
import { runChat } from './app.ts';
import { readConfig, UsageError, usage } from './config.ts';
import { plain, Terminal } from './terminal.ts';

try {
  const config = readConfig(process.argv.slice(2), process.env);
  if (config === 'help') console.log(usage);
  else await runChat(config, new Terminal(process.stdin, process.stdout));
} catch (error) {
  if (!(error instanceof UsageError || error instanceof BerthError)) throw error;
  console.error(`berth: ${plain(error.message)}`);
  process.exitCode = 1;
}
