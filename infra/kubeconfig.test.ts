import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { test } from 'node:test';
import { checkCluster, parseKubeconfig } from './kubeconfig.ts';

const file = {
  apiVersion: 'v1',
  kind: 'Config',
  'current-context': 'kind-berth',
  contexts: [{ name: 'kind-berth', context: { cluster: 'berth', user: 'admin' } }],
  clusters: [
    { name: 'berth', cluster: { server: 'https://127.0.0.1:6443', 'certificate-authority-data': 'cGVt' } },
  ],
  users: [{ name: 'admin', user: { token: 'x' } }],
};
const parse = (changes: object) => parseKubeconfig(JSON.stringify({ ...file, ...changes }));

test('a kubeconfig leads to the cluster of its current context', () => {
  assert.deepEqual(parse({}), {
    context: 'kind-berth',
    server: 'https://127.0.0.1:6443',
    authority: 'pem',
    insecure: false,
  });
});

test('a wrong kubeconfig is refused in one line that says what is wrong', () => {
  const wrong: [string, RegExp][] = [
    ['{', /not YAML/],
    ['', /not a kubeconfig/],
    ['hello', /not a kubeconfig: the document/],
    [JSON.stringify({ ...file, 'current-context': '' }), /current-context/],
    [JSON.stringify({ ...file, 'current-context': 'other' }), /current context other is not in it/],
    [JSON.stringify({ ...file, clusters: [] }), /cluster berth is not in it/],
    [JSON.stringify({ ...file, users: [] }), /user admin is not in it/],
    [
      JSON.stringify({ ...file, clusters: [{ name: 'berth', cluster: { server: 'cluster' } }] }),
      /clusters\.0\.cluster\.server/,
    ],
    [
      JSON.stringify({
        ...file,
        clusters: [
          {
            name: 'berth',
            cluster: { server: 'https://cluster', 'certificate-authority': '/nowhere/ca.crt' },
          },
        ],
      }),
      /\/nowhere\/ca\.crt cannot be read/,
    ],
  ];
  for (const [content, words] of wrong) {
    assert.throws(
      () => parseKubeconfig(content),
      (error: Error) => {
        assert.match(error.message, words);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      },
    );
  }
});

test('a cluster that answers is there, whatever it answers', async (t) => {
  const server = createServer((_, response) => response.writeHead(401).end()).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await checkCluster({ ...parse({}), server: `http://127.0.0.1:${port}` });
});

test('a cluster that is not there is named, with the reason', async (t) => {
  // A port that was free a moment ago, and a server that never answers.
  const gone = createTcpServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as { port: number };
  gone.close();
  await once(gone, 'close');
  await assert.rejects(
    checkCluster({ ...parse({}), server: `http://127.0.0.1:${port}` }),
    new RegExp(`http://127.0.0.1:${port} cannot be reached: .*ECONNREFUSED`),
  );
  const silent = createTcpServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  const address = silent.address() as { port: number };
  await assert.rejects(
    checkCluster({ ...parse({}), server: `http://127.0.0.1:${address.port}` }, 100),
    /no answer within 0.1 s/,
  );
});
