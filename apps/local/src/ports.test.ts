import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import process from 'node:process';
import { test } from 'node:test';
import { assertFree } from './ports.ts';

test('a port that is taken: by whom, and which one is free', {
  skip: process.platform !== 'linux',
}, async () => {
  for (const host of ['127.0.0.1', '0.0.0.0', '::']) {
    const server = createServer().listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await assert.rejects(assertFree(port, 'mailbox', '--mail-port'), {
      name: 'LocalError',
      message: new RegExp(
        `^port ${port} for the mailbox is in use by node \\(process ${process.pid}\\); choose another: npm start -- --mail-port \\d+$`,
      ),
    });
    server.close();
  }
});
