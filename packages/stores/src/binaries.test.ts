import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { installStores } from './binaries.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-apt-'));
after(() => rmSync(folder, { recursive: true }));

const reason = !existsSync('/etc/debian_version')
  ? 'this is no Debian'
  : process.getuid?.() !== 0 && 'only root installs';

test('another apt at work is named and waited for', { skip: reason }, async () => {
  const refusal =
    'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4242 (unattended-upgr)';
  // It is refused once, as while another one works.
  const script = `#!/bin/sh
echo "$@" >>${folder}/calls
[ "$1" = update ] && exit 0
[ -e ${folder}/tried ] && exit 0
touch ${folder}/tried
echo "${refusal}" >&2
exit 100
`;
  writeFileSync(join(folder, 'apt-get'), script);
  chmodSync(join(folder, 'apt-get'), 0o755);
  const path = process.env.PATH;
  process.env.PATH = `${folder}${delimiter}${path}`;
  const said: string[] = [];
  try {
    await installStores(['redis-server'], (line) => said.push(line));
  } finally {
    process.env.PATH = path;
  }
  assert.deepEqual(said, [
    'installing redis-server (apt-get install -y redis-server)',
    'waiting until another apt is done: process 4242 (unattended-upgr)',
  ]);
  assert.equal(readFileSync(join(folder, 'calls'), 'utf8').match(/^install /gm)?.length, 2);
});
