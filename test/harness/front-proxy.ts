import { createServer, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** Where what is asked for below a path goes, under which path there. */
interface Way {
  port: number;
  path: string;
}

/** A host of many things: passes each path on to whoever serves it, WebSockets as well. */
export class FrontProxy {
  readonly #ways: (path: string) => Way | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(ways: (path: string) => Way | undefined) {
    this.#ways = ways;
    this.#server = createServer((incoming, answer) => {
      const way = ways(incoming.url!);
      if (!way) {
        answer.writeHead(404).end('another thing of this host');
        return;
      }
      const { method, headers } = incoming;
      // A connection for each: one that gate has just given up must not fail a request.
      const passed = request({ host: '127.0.0.1', ...way, method, headers, agent: false }, (response) => {
        answer.writeHead(response.statusCode!, response.headers);
        response.pipe(answer);
      });
      passed.on('error', () => answer.destroy());
      incoming.pipe(passed);
    });
    this.#server.on('upgrade', (incoming, socket: Socket) => {
      const way = this.#ways(incoming.url!);
      if (!way) {
        socket.destroy();
        return;
      }
      const behind = connect(way.port, '127.0.0.1', () => {
        const lines = [`GET ${way.path} HTTP/1.1`];
        for (let at = 0; at < incoming.rawHeaders.length; at += 2)
          lines.push(`${incoming.rawHeaders[at]}: ${incoming.rawHeaders[at + 1]}`);
        behind.write(`${lines.join('\r\n')}\r\n\r\n`);
        socket.pipe(behind).pipe(socket);
      });
      for (const [end, other] of [
        [socket, behind],
        [behind, socket],
      ] as const) {
        this.#sockets.add(end);
        end.on('error', () => {});
        end.on('close', () => {
          this.#sockets.delete(end);
          other.destroy();
        });
      }
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
  }
}
