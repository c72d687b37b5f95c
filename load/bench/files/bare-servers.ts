import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { pipeline } from 'node:stream/promises';

/** `node bare-servers.ts FILE`: pipes every request's body into the file, and nothing else. Prints its port. */
const [file] = process.argv.slice(2);

const server = createServer((request, response) => {
  pipeline(request, createWriteStream(file!)).then(
    () => response.writeHead(204).end(),
    () => response.destroy(),
  );
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
