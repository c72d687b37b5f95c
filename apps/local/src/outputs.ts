import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalConfig } from './config.ts';
import type { Plan } from './services.ts';

/**
 * Says in `outputs.json` of the data folder where everything is, in the form of a stack's outputs, for `npm run load` and other
 * programs; answers with what takes it away.
 */
export function writeOutputs({ dataDir, port, mailPort }: LocalConfig, { status }: Plan): () => void {
  const file = join(dataDir, 'outputs.json');
  const url = `http://127.0.0.1:${port}`;
  const mail = `http://127.0.0.1:${mailPort}`;
  const k6Env = {
    BERTH_URL: url,
    BERTH_MAIL_URL: mail,
    BERTH_STATUS: `127.0.0.1:${status.grpc}`,
  };
  writeFileSync(file, `${JSON.stringify({ url, mail, k6Env }, null, 2)}\n`);
  return () => rmSync(file, { force: true });
}
