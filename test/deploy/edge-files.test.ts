import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { eventually } from '@berth/fixtures';
import { haproxies, type RunningEdge, startEdge } from './edge/haproxy.ts';
import { RawClient } from './edge/raw-client.ts';
import { Surroundings } from './edge/surroundings.ts';

const maxBytes = 1_000_000;

/** A files service, as far as the edge sees it: it counts what comes, and ends no download by itself. */
class FakeFiles {
  /** Bytes of the body that have come, by the path. */
  readonly received = new Map<string, number>();
  readonly downloads: ServerResponse[] = [];
  readonly server: Server = createServer((request, response) => {
    const url = request.url!;
    this.received.set(url, 0);
    request.on('data', ({ length }: Buffer) => this.received.set(url, this.received.get(url)! + length));
    if (url.includes('/content/')) {
      response.writeHead(200, { 'content-length': '10' }).write('first');
      this.downloads.push(response);
    } else request.on('end', () => response.end(`files ${url} for ${request.headers['x-forwarded-for']}`));
  });
}

for (const { binary, version } of haproxies)
  describe(`files behind HAProxy ${version}`, () => {
    const files = new FakeFiles();
    let around: Surroundings;
    let edge: RunningEdge;

    before(async () => {
      around = await Surroundings.start(['127.0.0.2']);
      files.server.listen(0, '127.0.0.1');
      await once(files.server, 'listening');
      edge = await startEdge(binary, {
        ...around.settings,
        EDGE_FILES: `127.0.0.1:${(files.server.address() as AddressInfo).port}`,
        EDGE_FILES_PATH: '/chat/files',
        EDGE_FILES_MAX_BYTES: String(maxBytes),
      });
    });
    after(async () => {
      await edge?.stop();
      files.server.close();
      files.server.closeAllConnections();
      await around?.close();
    });

    const patch = async (path: string, bytes: number): Promise<RawClient> => {
      const client = await RawClient.open(edge.http);
      client.send(
        `PATCH ${path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: ${bytes}\r\n\r\n`,
      );
      return client;
    };

    test('what is below their path goes to them, all else to gate', async () => {
      const answerTo = async (path: string) =>
        (
          await fetch(`http://127.0.0.1:${edge.http}${path}`, { headers: { 'X-Forwarded-For': '1.2.3.4' } })
        ).text();
      assert.equal(await answerTo('/chat/files/v1/x'), 'files /chat/files/v1/x for 127.0.0.1');
      for (const path of ['/files/v1/x', '/chat/filesystem', '/chat/'])
        assert.equal(await answerTo(path), `gate ${path}`);
    });

    test('a request that says that it is larger than a file may be is refused, and not begun', async () => {
      const refused = await patch('/chat/files/v1/uploads/refused', maxBytes + 1);
      // HAProxy 3 waits a while for the body that is not to come.
      assert.match(await refused.receiveUntil('}}'), /^HTTP\/1\.1 413 [\s\S]*"code":"too_large"/);
      refused.close();
      assert.equal(files.received.has('/chat/files/v1/uploads/refused'), false);
      const taken = await patch('/chat/files/v1/uploads/taken', maxBytes);
      taken.send(Buffer.alloc(maxBytes));
      await taken.closed;
      assert.match(taken.received.toString(), /^HTTP\/1\.1 200 /);
      assert.equal(files.received.get('/chat/files/v1/uploads/taken'), maxBytes);
    });

    test('what goes up and what comes down passes as it comes', async () => {
      const path = '/chat/files/v1/uploads/slow';
      const slow = await patch(path, 500_000);
      for (const sent of [1_000, 200_000]) {
        slow.send(Buffer.alloc(sent - (files.received.get(path) ?? 0)));
        await eventually('it has come', () => files.received.get(path) === sent);
      }
      slow.close();
      const download = await RawClient.open(edge.http);
      download.send('GET /chat/files/v1/content/a/original HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
      await download.receiveUntil('first');
      files.downloads.at(-1)!.end('-last');
      await download.closed;
      assert.match(download.received.toString(), /\r\n\r\nfirst-last$/);
    });
  });
