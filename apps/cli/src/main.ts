import process from 'node:process';
import { BerthError } from '@berth/client';
import { runChat } from './app.ts';
import { readConfig, usage } from './config.ts';
import { fleetUsage, readFleetConfig } from './fleet/fleet-config.ts';
import { runFleet } from './fleet/run-fleet.ts';
import { plain, Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

try {
  if (process.argv[2] === 'fleet') await lookAfterFleet();
  else {
    const config = readConfig(process.argv.slice(2), process.env);
    if (config === 'help') console.log(usage);
    else await runChat(config, new Terminal(process.stdin, process.stdout));
  }
} catch (error) {
  if (!(error instanceof UsageError || error instanceof BerthError)) throw error;
  console.error(`berth: ${plain(error.message)}`);
  process.exitCode = 1;
}

async function lookAfterFleet(): Promise<void> {
  const config = readFleetConfig(process.argv.slice(3), process.env);
  if (config === 'help') {
    console.log(fleetUsage);
    return;
  }
  let shown = false;
  const clear = () => {
    if (shown) process.stderr.write('\r\x1b[K');
    shown = false;
  };
  const progress = (text: string) => {
    process.stderr.write(`\r${text}\x1b[K`);
    shown = true;
  };
  try {
    await runFleet(config, {
      print(text) {
        clear();
        console.log(text);
      },
      progress: process.stderr.isTTY && !config.json ? progress : undefined,
    });
  } finally {
    clear();
  }
}
